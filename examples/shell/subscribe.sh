#!/usr/bin/env bash
# Prints the counts of a job whenever they change, until it is interrupted: subscribe.sh JOB
# TOKEN says who asks, CUEGATE_URL where.
set -euo pipefail

query='subscription ($name: String!) {
  job(name: $name, everyMs: 1000) { state priority jobStats { runningFrames deadFrames } }
}'
jq -n --arg query "$query" --arg name "$1" '{$query, variables: {$name}}' |
  curl --silent --show-error --no-buffer "${CUEGATE_URL:-http://127.0.0.1:8448}/graphql" \
    -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Accept: text/event-stream' -d @- |
  jq --raw-input --raw-output --unbuffered 'select(startswith("data: {")) | ltrimstr("data: ")'
