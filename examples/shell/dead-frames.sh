#!/usr/bin/env bash
# Lists the dead frames of a pending job, a page at a time: dead-frames.sh JOB
# TOKEN says who asks, CUEGATE_URL where.
set -euo pipefail

call() {
  curl --silent --show-error --fail-with-body "${CUEGATE_URL:-http://127.0.0.1:8448}/$1" \
    -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d "$2"
}

found=$(call job.JobInterface/FindJob "$(jq -n --arg name "$1" '{$name}')") || { echo "$found" >&2; exit 1; }
id=$(jq -r .job.id <<<"$found")
for ((page = 1; ; page++)); do
  frames=$(call job.JobInterface/GetFrames "$(jq -n --arg id "$id" --argjson page "$page" \
    '{job: {$id}, req: {states: {frameStates: ["DEAD"]}, $page, limit: 100}}')")
  jq -r '.frames.frames[] | "\(.name)  exit status \(.exitStatus), \(.retryCount) retries, on \(.lastResource)"' <<<"$frames"
  (($(jq '.frames.frames | length' <<<"$frames") == 100)) || break
done
