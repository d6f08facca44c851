#!/usr/bin/env bash
# Submits a job spec, and prints the ids and names of the jobs: submit.sh SPEC
# TOKEN says who asks, CUEGATE_URL where. KEY: the key of an earlier try of the same submit.
set -euo pipefail

# The same key for every try: if an answer was lost, the next try gets it, and nothing is launched twice.
key=${KEY:-$(openssl rand -hex 16)}
jq --raw-input --slurp '{spec: .}' "$1" |
  curl --silent --show-error --fail-with-body --retry 5 \
    "${CUEGATE_URL:-http://127.0.0.1:8448}/job.JobInterface/LaunchSpecAndWait" \
    -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H "Idempotency-Key: $key" -d @- |
  jq -r 'if .jobs then .jobs.jobs[] | "\(.id) \(.name)" else .message end'
