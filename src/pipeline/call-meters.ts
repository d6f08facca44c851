import type { Call } from '../call/call.ts';
import type { RpcKind } from '../rpc-table/rpc-kind.ts';
import type { StatusName } from '../call/status.ts';

/** Adds one. */
export type Count = () => void;

/** Takes a measured time, in seconds. */
export type Observe = (seconds: number) => void;

/** Where the pipeline counts. Whatever takes arguments is asked once for each series, and its answer is kept. */
export interface CallMeters {
  /** Calls that ended, by status. */
  readonly ended: (surface: Call['surface'], rpc: string, status: StatusName) => Count;
  readonly duration: (surface: Call['surface'], kind: RpcKind) => Observe;
  /** Calls that their caller had no right to. */
  readonly refused: (rpc: string, reason: string) => Count;
  /** Calls that the gateway failed at by itself. */
  readonly failed: (reason: string) => Count;
  /** Reads that joined one in flight. */
  readonly shared: Count;
  /** Reads that were answered by a recent reply. */
  readonly reused: Count;
}
