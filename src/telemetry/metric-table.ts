/** What is known of one metric. */
export interface MetricRow {
  /** By the rules of https://prometheus.io/docs/practices/naming/. */
  readonly name: string;
  /** `counter` only grows; `gauge` is what is now; `histogram` counts by size. */
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What splits it into series. Every label has a bounded number of values; nothing that a client writes is one. */
  readonly labels: readonly string[];
  readonly help: string;
}

/**
 * The one table of cuegate's own metrics. What is measured is registered by it, the alert rules may use nothing else, and
 * docs/operating.md shows it.
 */
export const metricTable = [
  {
    name: 'cuegate_http_requests_total',
    type: 'counter',
    labels: ['surface', 'status_class'],
    help: 'HTTP requests that a surface has ended, by class of the status (2xx, 4xx, ...); "none": the client left before the answer.',
  },
  {
    name: 'cuegate_calls_total',
    type: 'counter',
    labels: ['surface', 'rpc', 'status'],
    help: 'RPCs that were called, by the gRPC status with which they ended, refused ones included.',
  },
  {
    name: 'cuegate_call_duration_seconds',
    type: 'histogram',
    labels: ['surface', 'kind'],
    help: 'How long calls took inside the gateway and upstream, waiting included; kind is read or write.',
  },
  {
    name: 'cuegate_spared_reads_total',
    type: 'counter',
    labels: ['by'],
    help: 'Reads that were answered without a call of their own: by one in flight (in_flight) or by a recent reply (recent).',
  },
  {
    name: 'cuegate_lane_waiting',
    type: 'gauge',
    labels: ['endpoint', 'lane'],
    help: 'Calls that are waiting for their turn in a lane.',
  },
  {
    name: 'cuegate_lane_busy',
    type: 'gauge',
    labels: ['endpoint', 'lane'],
    help: 'Whether a call holds the lane: 1 or 0.',
  },
  {
    name: 'cuegate_lane_wait_seconds',
    type: 'histogram',
    labels: ['endpoint', 'lane'],
    help: 'How long calls waited for their turn in a lane; those that had no need to wait count as 0.',
  },
  {
    name: 'cuegate_lane_turns_total',
    type: 'counter',
    labels: [],
    help: 'Turns of lanes that this gateway got while it shares them with others.',
  },
  {
    name: 'cuegate_store_connected',
    type: 'gauge',
    labels: [],
    help: 'Whether there is a connection to the store by which gateways agree: 1 or 0. No series without REDIS_URL.',
  },
  {
    name: 'cuegate_gateways',
    type: 'gauge',
    labels: [],
    help: 'How many gateways share the store, this one included, as far as it has heard. No series without REDIS_URL.',
  },
  {
    name: 'cuegate_upstream_connected',
    type: 'gauge',
    labels: ['endpoint'],
    help: 'Whether there is a connection to Cuebot: 1 or 0.',
  },
  {
    name: 'cuegate_upstream_silences_total',
    type: 'counter',
    labels: ['endpoint'],
    help: 'Connections to Cuebot that were given up since three calls in a row met their deadline without a byte received.',
  },
  {
    name: 'cuegate_upstream_state',
    type: 'gauge',
    labels: ['endpoint', 'state'],
    help: 'The state that a Cuebot is in, as 1: ready, away (no connection), set-aside (it did not answer), foreign (another database), unchecked.',
  },
  {
    name: 'cuegate_retries_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Calls that were sent once more: unsent, reset, unavailable, set-aside; budget: they were not, since too many had been.',
  },
  {
    name: 'cuegate_authentication_failures_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Requests whose credentials did not suffice; TOKEN_MISSING is anybody who comes without one.',
  },
  {
    name: 'cuegate_rate_limited_requests_total',
    type: 'counter',
    labels: [],
    help: 'Requests that were answered 429, since their caller had sent more than RATE_LIMIT_RPS allows.',
  },
  {
    name: 'cuegate_refusals_total',
    type: 'counter',
    labels: ['rpc', 'reason'],
    help: 'Calls that the policy did not allow their caller (PERMISSION_DENIED).',
  },
  {
    name: 'cuegate_gateway_errors_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Calls that cuegate itself ended with an error, refusals excepted: requests that failed validation, full lanes, deadlines; UNEXPECTED is a defect.',
  },
  {
    name: 'cuegate_graphql_refusals_total',
    type: 'counter',
    labels: ['reason'],
    help: 'GraphQL operations that were refused before their calls, or ended before they were complete: not valid, too large, too long.',
  },
  {
    name: 'cuegate_blocked_requests_total',
    type: 'counter',
    labels: ['reason'],
    help: 'HTTP requests that were turned away before anybody asked who sent them: from another site, or for an unknown host.',
  },
  {
    name: 'cuegate_closed_connections_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Connections that were closed although their clients would have gone on: at a limit, or since they sent or read too slowly.',
  },
  {
    name: 'cuegate_build_info',
    type: 'gauge',
    labels: ['version', 'node'],
    help: 'Always 1; the labels say which release runs, on which Node.',
  },
  {
    name: 'cuegate_open_connections',
    type: 'gauge',
    labels: [],
    help: 'Connections that are open on REST_PORT.',
  },
  {
    name: 'cuegate_open_subscriptions',
    type: 'gauge',
    labels: [],
    help: 'GraphQL subscriptions that are open, over event streams and WebSockets; LIVE_MAX_STREAMS bounds them for each user.',
  },
  {
    name: 'cuegate_buffered_bytes',
    type: 'gauge',
    labels: [],
    help: 'Bytes of request bodies and REST answers that are held in memory; MAX_BUFFERED_MB bounds them.',
  },
  {
    name: 'cuegate_buffered_limit_bytes',
    type: 'gauge',
    labels: [],
    help: 'How many bytes may be held in that way: MAX_BUFFERED_MB.',
  },
  {
    name: 'cuegate_links_total',
    type: 'counter',
    labels: ['event'],
    help: 'What happened to nested GraphQL fields: batches, batchedParents they answered, fallbacks to single calls, mismatches asked again.',
  },
  {
    name: 'cuegate_key_set_age_seconds',
    type: 'gauge',
    labels: ['issuer'],
    help: "How long ago an issuer's keys were last fetched; +Inf until they are.",
  },
  {
    name: 'cuegate_key_set_fetch_failures_total',
    type: 'counter',
    labels: ['issuer'],
    help: "Attempts to fetch an issuer's keys that failed.",
  },
  {
    name: 'cuegate_api_keys_file_usable',
    type: 'gauge',
    labels: [],
    help: 'Whether the API keys in force are those of API_KEYS_FILE: 1; 0 while it is gone, empty, wrong or cannot be read. No series without such a file.',
  },
  {
    name: 'cuegate_reloads_total',
    type: 'counter',
    labels: ['outcome'],
    help: 'How often files were read again while the gateway ran: "done" is in force, "refused" had a mistake, and the old ones stay.',
  },
  {
    name: 'cuegate_reloaded_files_usable',
    type: 'gauge',
    labels: [],
    help: 'Whether what is in force is what the files hold that are read again while the gateway runs (policy, protos, persisted operations, secrets, CUEBOT_*_FILE): 1; 0 after a reload that was refused.',
  },
  {
    name: 'cuegate_tls_certificate_usable',
    type: 'gauge',
    labels: [],
    help: 'Whether the certificate in force is that of TLS_CERT_FILE: 1; 0 while what is there now cannot be used. No series without TLS.',
  },
  {
    name: 'cuegate_tls_certificate_end_timestamp_seconds',
    type: 'gauge',
    labels: [],
    help: 'When the certificate in force ends, in seconds since 1970. No series without TLS.',
  },
  {
    name: 'cuegate_trace_spans_total',
    type: 'counter',
    labels: ['result'],
    help: 'Spans of OpenTelemetry by what became of them: exported, failed (nobody took them), dropped (too many were waiting). No series without an endpoint.',
  },
  {
    name: 'cuegate_audit_write_failures_total',
    type: 'counter',
    labels: [],
    help: 'Audit records that could not be written.',
  },
  {
    name: 'cuegate_audit_file_disturbances_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Times that somebody else took AUDIT_FILE away (FILE_GONE), cut it (FILE_CUT) or wrote to it (FILE_GREW).',
  },
] as const satisfies readonly MetricRow[];

/** The name of a metric of ours. */
export type MetricName = (typeof metricTable)[number]['name'];

/** The names of the metrics of some types. */
export type MetricNameOf<Type extends MetricRow['type']> = Extract<
  (typeof metricTable)[number],
  { readonly type: Type }
>['name'];

/** One text for each label of a metric, in the order of its row. */
export type LabelsOf<Name extends MetricName> = TextFor<
  Extract<(typeof metricTable)[number], { readonly name: Name }>['labels']
>;

type TextFor<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string };
