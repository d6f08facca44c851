import type { Logger } from '../base/logger.ts';

import type { Interceptor, Invoke } from './call.ts';
import { limitRequestSize } from './limit-request-size.ts';
import { observe } from './observe.ts';
import type { RpcTable } from './rpc-table.ts';
import { setDeadline } from './set-deadline.ts';
import { shareReads } from './share-reads.ts';
import type { Lanes } from './use-lanes.ts';

/** What the waist is made of. */
export interface WaistOptions {
  readonly table: RpcTable;
  readonly timeoutMs: number;
  readonly maxRequestBytes: number;
  /** Undefined: the upstream has no lanes. */
  readonly lanes: Lanes | undefined;
  readonly logger: Logger;
  readonly upstream: Invoke;
}

/** The one way to the upstream for every RPC of every surface. Read from the outside in: that is a call's life. */
export function composeWaist({ table, timeoutMs, maxRequestBytes, lanes, logger, upstream }: WaistOptions): Invoke {
  const interceptors: readonly Interceptor[] = [
    observe(logger),
    limitRequestSize(maxRequestBytes),
    setDeadline(timeoutMs),
    shareReads(table, timeoutMs),
    lanes?.intercept ?? ((next) => next),
  ];
  return interceptors.reduceRight((next, intercept) => intercept(next), upstream);
}
