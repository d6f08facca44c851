import type { MethodDescriptor } from '../registry/descriptors.ts';

import type { Invoke, InvokeOf } from '../call/call.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';

import type { Interceptor } from './interceptor.ts';

/** The way of the calls of each RPC, composed at boot. */
export interface Pipeline {
  /** For one RPC: whoever calls the same one often asks once, at boot. */
  readonly invokeOf: InvokeOf;
  /** For calls of any RPC. */
  readonly invoke: Invoke;
  /** The names of the interceptors that the calls of an RPC pass, from the outside in. */
  readonly interceptorsOf: (method: MethodDescriptor) => readonly string[];
}

/** Interceptors by their names, from the outside in: that is a call's life. Undefined: left out. */
export type NamedInterceptors = Readonly<Record<string, Interceptor | undefined>>;

/**
 * Composes a pipeline for each RPC. Built from the inside out, one interceptor for all RPCs after the other, so that each
 * finds what is inside of it complete.
 *
 * @param innermost what comes after the last interceptor
 */
export function composePipeline(
  rpcs: readonly RpcFacts[],
  interceptors: NamedInterceptors,
  innermost: InvokeOf,
): Pipeline {
  const names = new Map<MethodDescriptor, string[]>(rpcs.map(({ method }) => [method, []]));
  let nextOf = innermost;
  for (const [name, intercept] of Object.entries(interceptors).reverse()) {
    if (intercept === undefined) continue;
    const inner = nextOf;
    const invokes = new Map<MethodDescriptor, Invoke>();
    for (const rpc of rpcs) {
      const next = inner(rpc.method);
      const invoke = intercept(rpc)(next, inner);
      if (invoke !== next) names.get(rpc.method)!.unshift(name);
      invokes.set(rpc.method, invoke);
    }
    nextOf = (method) => {
      const invoke = invokes.get(method);
      if (invoke === undefined) throw new Error(`${method.fullName} is not of this pipeline's registry`);
      return invoke;
    };
  }
  const invokeOf = nextOf;
  return Object.freeze({
    invokeOf,
    invoke: (call) => invokeOf(call.method)(call),
    interceptorsOf: (method) => names.get(method) ?? [],
  } satisfies Pipeline);
}
