import type { Invoke, InvokeOf } from '../call/call.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';

/**
 * One concern on the way of calls, compiled for each RPC at boot: from what is known of the RPC to a function that wraps the
 * rest of its pipeline. An interceptor that has nothing to do for an RPC gives `next` back itself, and costs its calls
 * nothing. What calls of several RPCs share (lanes, recent replies) is created before, once.
 *
 * `nextOf` is `next` for any RPC: for an interceptor that must ask the upstream something by another RPC first.
 */
export type Interceptor = (rpc: RpcFacts) => (next: Invoke, nextOf: InvokeOf) => Invoke;

/** For an RPC that an interceptor does not concern. */
export const passOn = (next: Invoke): Invoke => next;
