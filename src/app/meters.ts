import type { Config } from '../config/config.ts';
import type { CoordinationState } from '../coordination/create-coordination.ts';
import type { RefusalReason } from '../graphql/limits/refusal-reasons.ts';
import type { RetryReason } from '../pipeline/placement/retry-calls.ts';
import type { EndpointLane } from './destinations.ts';
import type { CallMeters, Observe } from '../pipeline/measure-calls.ts';
import { closeReasons } from '../http/connections.ts';
import type { RunningServer, ServerOptions } from '../http/create-server.ts';
import type { Handler } from '../http/mount.ts';
import { countAnswers } from '../http/count-answers.ts';
import { createMetrics } from '../telemetry/create-metrics.ts';
import type { CuebotState } from '../upstream/pooled-cuebot.ts';
import { type ReloadOutcome, reloadOutcomes } from './reload.ts';
import { serveMetrics } from './serve-metrics.ts';
import { version } from './version.ts';

/** What is read when somebody asks for the metrics: what the rooms know of themselves anyway. */
export interface WatchedState {
  readonly laneStates: () => readonly EndpointLane[];
  readonly endpoints: () => readonly EndpointStatus[];
  readonly connections: () => number;
  readonly subscriptions: () => number;
  readonly bufferedBytes: () => number;
  readonly auditFailures: () => number;
  /** How often somebody else changed the audit file, by what they did. */
  readonly auditDisturbances: () => Iterable<readonly [reason: string, count: number]>;
  /** What has happened to links so far, by its name. */
  readonly links: () => Readonly<Record<string, number>>;
  /** The key sets of all issuers. */
  readonly keySets: () => Iterable<KeySetState>;
  /** The file of API keys; undefined: there is none. */
  readonly apiKeyFile: () => { readonly isCurrent: boolean } | undefined;
  /** What is shared with other gateways; undefined: nothing is. */
  readonly coordination: () => CoordinationState | undefined;
  /** Whether what is in force is what the files hold that are read again while the gateway runs. */
  readonly areFilesUsable: () => boolean;
  /** What became of spans, by its name; undefined: nothing is traced. */
  readonly spans: () => Readonly<Record<string, number>> | undefined;
  /** The gateway's own certificate; undefined: it has none. */
  readonly certificate: () => { readonly isCurrent: boolean; readonly endsAtMs: number } | undefined;
}

/** How one Cuebot is doing, for metrics and readiness. */
export interface EndpointStatus {
  readonly endpoint: string;
  readonly state: CuebotState;
  readonly isConnected: boolean;
  /** How often a connection was given up that nobody had closed. */
  readonly silences: number;
}

/** What is known of one issuer's keys. */
export interface KeySetState {
  readonly issuer: string;
  /** Infinity: not fetched yet. */
  readonly ageMs: number;
  readonly failures: number;
}

/** Where the rooms' meters meet the metrics; each room knows only its own words. */
export interface Meters {
  readonly calls: CallMeters;
  readonly laneWait: (endpoint: string, lane: string) => Observe;
  /** Counts a call that was sent again, or would have been but for the budget. */
  readonly retried: (reason: RetryReason) => void;
  /** Counts a turn that came from another gateway, or was nobody's. */
  readonly turned: () => void;
  /** Counts how a reload of the files ended. */
  readonly reloaded: (outcome: ReloadOutcome) => void;
  /** Counts a request whose credentials did not suffice. */
  readonly rejected: (reason: string) => void;
  /** Counts a request whose caller had sent too many. */
  readonly rateLimited: () => void;
  /** Counts a GraphQL operation that GraphQL itself refused. */
  readonly graphqlRefused: (reason: RefusalReason) => void;
  /** Wraps a surface. */
  readonly answers: (surface: 'rest' | 'graphql' | 'connect', handler: Handler) => Handler;
  /** Counts a request that was turned away before anybody asked who sent it. */
  readonly blocked: (reason: string) => void;
  /** Counts a connection that was closed although its client would have gone on. */
  readonly closed: (reason: string) => void;
  readonly watch: (state: WatchedState) => void;
  /** Listens where the settings say. */
  readonly serve: (options: Pick<ServerOptions, 'readiness' | 'version' | 'onError'>) => Promise<RunningServer>;
}

/** The meters that the settings ask for; undefined: none, and nothing is measured. */
export function createMeters({ metricsPort, metricsHost, allowedHosts, maxBufferedBytes }: Config): Meters | undefined {
  if (metricsPort === undefined) return undefined;
  const metrics = createMetrics();
  const { counter, histogram, watch } = metrics;
  const blocked = (reason: string) => counter('cuegate_blocked_requests_total', reason)();
  for (const reason of watchedReasons) counter('cuegate_gateway_errors_total', reason);
  counter('cuegate_authentication_failures_total', 'TOO_MANY_FAILURES');
  watch('cuegate_build_info', () => [[[version, process.version], 1]]);
  for (const outcome of reloadOutcomes) counter('cuegate_reloads_total', outcome);
  for (const reason of closeReasons) counter('cuegate_closed_connections_total', reason);
  return {
    calls: {
      ended: (surface, rpc, status) => counter('cuegate_calls_total', surface, rpc, status),
      duration: (surface, kind) => histogram('cuegate_call_duration_seconds', surface, kind),
      refused: (rpc, reason) => counter('cuegate_refusals_total', rpc, reason),
      failed: (reason) => counter('cuegate_gateway_errors_total', reason),
      shared: counter('cuegate_spared_reads_total', 'in_flight'),
      reused: counter('cuegate_spared_reads_total', 'recent'),
    },
    laneWait: (endpoint, lane) => histogram('cuegate_lane_wait_seconds', endpoint, lane),
    retried: (reason) => counter('cuegate_retries_total', reason)(),
    turned: () => counter('cuegate_lane_turns_total')(),
    reloaded: (outcome) => counter('cuegate_reloads_total', outcome)(),
    rejected: (reason) => counter('cuegate_authentication_failures_total', reason)(),
    rateLimited: () => counter('cuegate_rate_limited_requests_total')(),
    graphqlRefused: (reason) => counter('cuegate_graphql_refusals_total', reason)(),
    answers: (surface, handler) =>
      countAnswers(handler, (statusClass) => counter('cuegate_http_requests_total', surface, statusClass)),
    blocked,
    closed: (reason) => counter('cuegate_closed_connections_total', reason)(),
    watch: ({
      laneStates,
      endpoints,
      connections,
      subscriptions,
      bufferedBytes,
      auditFailures,
      auditDisturbances,
      keySets,
      apiKeyFile,
      areFilesUsable,
      certificate,
      links,
      coordination,
      spans,
    }) => {
      watch('cuegate_lane_waiting', () =>
        laneStates().map(({ endpoint, lane, waiting }) => [[endpoint, lane], waiting]),
      );
      watch('cuegate_lane_busy', () =>
        laneStates().map(({ endpoint, lane, busy }) => [[endpoint, lane], busy ? 1 : 0]),
      );
      watch('cuegate_upstream_connected', () =>
        endpoints().map(({ endpoint, isConnected }) => [[endpoint], isConnected ? 1 : 0]),
      );
      watch('cuegate_upstream_silences_total', () =>
        endpoints().map(({ endpoint, silences }) => [[endpoint], silences]),
      );
      watch('cuegate_upstream_state', () => endpoints().map(({ endpoint, state }) => [[endpoint, state], 1]));
      watch('cuegate_open_connections', () => [[[], connections()]]);
      watch('cuegate_open_subscriptions', () => [[[], subscriptions()]]);
      watch('cuegate_buffered_bytes', () => [[[], bufferedBytes()]]);
      watch('cuegate_buffered_limit_bytes', () => [[[], maxBufferedBytes]]);
      watch('cuegate_links_total', () => Object.entries(links()).map(([event, count]) => [[event], count]));
      watch('cuegate_trace_spans_total', () =>
        Object.entries(spans() ?? {}).map(([result, count]) => [[result], count]),
      );
      watch('cuegate_audit_write_failures_total', () => [[[], auditFailures()]]);
      watch('cuegate_audit_file_disturbances_total', () =>
        [...auditDisturbances()].map(([reason, count]) => [[reason], count]),
      );
      watch('cuegate_key_set_fetch_failures_total', () =>
        [...keySets()].map(({ issuer, failures }) => [[issuer], failures]),
      );
      watch('cuegate_api_keys_file_usable', () => {
        const file = apiKeyFile();
        return file === undefined ? [] : [[[], file.isCurrent ? 1 : 0]];
      });
      const shared = (value: (state: CoordinationState) => number) => {
        const state = coordination();
        return state === undefined ? [] : [[[], value(state)] as const];
      };
      watch('cuegate_store_connected', () => shared(({ isConnected }) => (isConnected ? 1 : 0)));
      watch('cuegate_gateways', () => shared(({ gateways }) => gateways));
      watch('cuegate_reloaded_files_usable', () => [[[], areFilesUsable() ? 1 : 0]]);
      watch('cuegate_tls_certificate_usable', () => {
        const state = certificate();
        return state === undefined ? [] : [[[], state.isCurrent ? 1 : 0]];
      });
      watch('cuegate_tls_certificate_end_timestamp_seconds', () => {
        const state = certificate();
        return state === undefined ? [] : [[[], state.endsAtMs / 1000]];
      });
      watch('cuegate_key_set_age_seconds', () => [...keySets()].map(({ issuer, ageMs }) => [[issuer], ageMs / 1000]));
    },
    serve: (options) =>
      serveMetrics({
        ...options,
        host: metricsHost,
        port: metricsPort,
        metrics,
        allowedHosts,
        onBlocked: () => blocked('unknown-host'),
      }),
  };
}

/**
 * What alert rules wait for. An increase is seen only of a series that was there before, so these begin at 0 with the process.
 */
const watchedReasons = [
  'UNEXPECTED',
  'LANE_FULL',
  'LANE_WAIT',
  'AUDIT_FAILED',
  'BUFFERS_FULL',
  'BODY_BUFFERS_FULL',
  'COORDINATION_UNREACHABLE',
];
