#!/usr/bin/env bash
# Kills a pending job: kill-job.sh JOB REASON
# TOKEN says who asks, CUEGATE_URL where.
set -euo pipefail

# Without a reason, Cuebot says OK and does nothing.
: "${1:?which job?}" "${2:?why? Cuebot kills nothing without a reason}"

call() {
  curl --silent --show-error --fail-with-body "${CUEGATE_URL:-http://127.0.0.1:8448}/$1" \
    -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d "$2"
}

found=$(call job.JobInterface/FindJob "$(jq -n --arg name "$1" '{$name}')") || { echo "$found" >&2; exit 1; }
id=$(jq -r .job.id <<<"$found")
call job.JobInterface/Kill "$(jq -n --arg id "$id" --arg reason "$2" '{job: {$id}, $reason}')" >/dev/null
echo "$1 will be killed"
