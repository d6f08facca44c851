import type { MethodDescriptor } from '../../registry/descriptors.ts';

import type { Call, Interceptor, Reply } from '../../call/call.ts';
import { Lane, type LaneLimits } from '../lanes/lane.ts';
import type { CloseMessage, OpenMessage } from '../../call/open-message.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import { compileBoundedCheck } from './check-bounded.ts';
import { compileFilledCheck } from './check-filled.ts';
import { compileNulCheck, mayHoldNul } from './check-nul.ts';
import { compileRecentCheck } from './check-recent.ts';
import type { CheckRequest } from './check-request.ts';
import type { Guard } from '../../rpc-table/validation.ts';
import { compileJobSpecCheck, type JobSpecOptions } from './job-spec/check-job-spec.ts';
import { requireNewName } from './require-new-name.ts';

/** What guards need. */
export interface GuardOptions extends JobSpecOptions {
  readonly table: RpcTable;
  readonly open: OpenMessage;
  readonly close: CloseMessage;
  /** How long a call may take, in milliseconds (GRPC_TIMEOUT). */
  readonly timeoutMs: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Refuses what the table's guards are against; nothing is sent then, but for the look-up of a name. Compiled per RPC: one
 * without guards costs a look into a map, one that must not hold U+0000 a search for that byte on top of it.
 */
export function enforceGuards(options: GuardOptions): Interceptor {
  const laneOf = nameLanes(options.timeoutMs);
  const byMethod = new Map<MethodDescriptor, Guard[]>();
  for (const guard of options.table.guards) {
    const known = byMethod.get(guard.method);
    if (known === undefined) byMethod.set(guard.method, [guard]);
    else known.push(guard);
  }
  const compiled = [...byMethod].map(
    ([method, guards]) => [method, compileGuards(method, guards, options, laneOf)] as const,
  );
  return (next) => {
    const guarded = new Map(compiled.map(([method, guard]) => [method, guard(next)]));
    return (call) => (guarded.get(call.method) ?? next)(call);
  };
}

/** Names are given rarely: more calls waiting than this are a loop gone wild. */
const nameLimits: Omit<LaneLimits, 'callMs'> = { holdLimitMs: 60_000, maxWaiting: 100, maxWaitMs: 10_000 };

/** One lane for each kind of name: what is looked up by the same RPC. */
function nameLanes(callMs: number): (lookUp: MethodDescriptor) => Lane {
  const lanes = new Map<MethodDescriptor, Lane>();
  return (lookUp) => {
    const lane = lanes.get(lookUp) ?? new Lane(`names of ${lookUp.fullName}`, { ...nameLimits, callMs });
    lanes.set(lookUp, lane);
    return lane;
  };
}

function compileGuards(
  method: MethodDescriptor,
  guards: readonly Guard[],
  options: GuardOptions,
  laneOf: (lookUp: MethodDescriptor) => Lane,
): Interceptor {
  const { table, open, close } = options;
  const openRequest = open(method.input);
  const nul = guards.find(({ kind }) => kind === 'no-nul');
  const checkNul = nul?.kind === 'no-nul' ? compileNulCheck(nul) : undefined;
  const checks = {
    graphql: guards.flatMap((guard) => compileCheck(guard, options) ?? []),
    rest: guards.filter(isForRest).flatMap((guard) => compileCheck(guard, options) ?? []),
  };
  const unique = guards.find((guard) => guard.kind === 'unique');
  const newName =
    unique &&
    requireNewName(unique, { open, close, dressedErrors: table.dressedErrors, lane: laneOf(unique.lookUp.method) });

  return (next) => {
    const send = newName?.(next);
    const inspect = async (call: Call, isSuspicious: boolean): Promise<Reply> => {
      const value = openIfWhole(openRequest, call.request);
      if (value === undefined) return next(call);
      if (isSuspicious) checkNul?.(value, call);
      for (const check of checks[call.surface]) check(value, call);
      return send === undefined ? next(call) : send(value, call);
    };
    return (call) => {
      const isSuspicious = checkNul !== undefined && mayHoldNul(call.request);
      const mustLook = isSuspicious || send !== undefined || checks[call.surface].length > 0;
      return mustLook ? inspect(call, isSuspicious) : next(call);
    };
  };
}

function isForRest(guard: Guard): boolean {
  return !('surfaces' in guard) || guard.surfaces === 'all';
}

/** Undefined for the guards that are more than a look at the request. */
function compileCheck(guard: Guard, options: GuardOptions): CheckRequest | undefined {
  switch (guard.kind) {
    case 'filled':
      return compileFilledCheck(guard);
    case 'bounded':
      return compileBoundedCheck(guard);
    case 'recent':
      return compileRecentCheck(guard, options.now);
    case 'job-spec':
      return compileJobSpecCheck(guard, options);
    default:
      return undefined;
  }
}

/** Undefined for bytes that are no such message: no surface makes them, and the upstream has its own words for them. */
function openIfWhole(open: (wire: Uint8Array) => unknown, request: Uint8Array): unknown {
  try {
    return open(request);
  } catch {
    return undefined;
  }
}
