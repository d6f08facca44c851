import type { Logger } from '../telemetry/logger.ts';

import type { Interceptor, Invoke } from '../call/call.ts';
import { limitRequestSize } from './limit-request-size.ts';
import { measureCalls } from './measure-calls.ts';
import { measureUpstream } from './measure-upstream.ts';
import type { CallMeters } from './call-meters.ts';
import { observe } from './observe.ts';
import { reuseReplies } from './reuse-replies.ts';
import type { RpcTable } from '../rpc-table/rpc-table.ts';
import { setDeadline } from './set-deadline.ts';
import { shareReads } from './share-reads.ts';
import type { Lanes } from './lanes/create-lanes.ts';

/** What the waist is made of. */
export interface WaistOptions {
  readonly table: RpcTable;
  readonly timeoutMs: number;
  readonly maxRequestBytes: number;
  /** Writes down what is changed, and what is refused. */
  readonly audit: { readonly record: Interceptor; readonly intend: Interceptor };
  /** Lets pass what callers may do. */
  readonly authorize: Interceptor;
  /** Refuses what would do harm, or nothing. */
  readonly guard: Interceptor;
  /** Says upstream who calls. */
  readonly stamp: Interceptor;
  /** Answers repeated requests by the first one's answer. */
  readonly once: Interceptor;
  /** Undefined: the upstream has no lanes. */
  readonly lanes: Lanes | undefined;
  /** Undefined: nobody asks for metrics. */
  readonly meters?: CallMeters | undefined;
  readonly logger: Logger;
  readonly upstream: Invoke;
}

/** The one way to the upstream for every RPC of every surface. Read from the outside in: that is a call's life. */
export function composeWaist(options: WaistOptions): Invoke {
  const { table, timeoutMs, maxRequestBytes, audit, authorize, guard, stamp, once, lanes, meters, logger, upstream } =
    options;
  const interceptors: readonly Interceptor[] = [
    meters === undefined ? passOn : measureCalls(table, meters),
    observe(logger),
    audit.record,
    limitRequestSize(maxRequestBytes),
    setDeadline(timeoutMs),
    authorize,
    guard,
    stamp,
    once,
    // What guards refuse was never intended, and what is answered again is not intended again.
    audit.intend,
    reuseReplies(table, undefined, meters?.reused),
    shareReads(table, timeoutMs, meters?.shared),
    lanes?.intercept ?? passOn,
    measureUpstream,
  ];
  return interceptors.reduceRight((next, intercept) => intercept(next), upstream);
}

const passOn: Interceptor = (next) => next;
