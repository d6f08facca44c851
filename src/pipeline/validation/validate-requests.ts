import type { MethodDescriptor } from '../../registry/descriptors.ts';

import type { Call, Reply } from '../../call/call.ts';
import type { CloseMessage, OpenMessage } from '../../call/open-message.ts';
import type { RpcFacts } from '../../rpc-table/rpc-facts.ts';
import type { DressedError } from '../../rpc-table/rpc-table.ts';
import type { Validation } from '../../rpc-table/validation.ts';

import { type Interceptor, passOn } from '../interceptor.ts';
import { Lane, type LaneLimits } from '../lanes/lane.ts';
import { compileBoundedCheck } from './check-bounded.ts';
import { compileFilledCheck } from './check-filled.ts';
import { compileNulCheck, mayHoldNul } from './check-nul.ts';
import { compileRecentCheck } from './check-recent.ts';
import type { CheckRequest } from './check-request.ts';
import { compileJobSpecCheck, type JobSpecOptions } from './job-spec/check-job-spec.ts';
import { requireNewName } from './require-new-name.ts';

/** What request validation needs. */
export interface ValidationOptions extends JobSpecOptions {
  readonly dressedErrors: readonly DressedError[];
  readonly open: OpenMessage;
  readonly close: CloseMessage;
  /** How long a call may take, in milliseconds (GRPC_TIMEOUT). */
  readonly timeoutMs: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Refuses requests that fail a validation of their RPC; nothing is sent then, but for the look-up of a name. Where the only
 * validation is that no string holds U+0000, a call costs a search for that byte.
 */
export function validateRequests(options: ValidationOptions): Interceptor {
  const laneOf = nameLanes(options.timeoutMs);
  return (rpc) => (rpc.validations.length === 0 ? passOn : compileValidations(rpc, options, laneOf));
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

function compileValidations(
  { method, validations }: RpcFacts,
  options: ValidationOptions,
  laneOf: (lookUp: MethodDescriptor) => Lane,
): ReturnType<Interceptor> {
  const { dressedErrors, open, close } = options;
  const openRequest = open(method.input);
  const nul = validations.find((validation) => validation.kind === 'no-nul');
  const checkNul = nul && compileNulCheck(nul);
  const checks = {
    graphql: validations.flatMap((validation) => compileCheck(validation, options) ?? []),
    rest: validations.filter(isForRest).flatMap((validation) => compileCheck(validation, options) ?? []),
  };
  const unique = validations.find((validation) => validation.kind === 'unique');
  const newName = unique && requireNewName(unique, { open, close, dressedErrors, lane: laneOf(unique.lookUp.method) });

  return (next, nextOf) => {
    const send = newName?.(next, nextOf);
    const inspect = async (call: Call, isSuspicious: boolean): Promise<Reply> => {
      const value = openIfWhole(openRequest, call.request);
      if (value === undefined) return next(call);
      if (isSuspicious) checkNul?.(value, call);
      for (const check of checks[call.surface === 'graphql' ? 'graphql' : 'rest']) check(value, call);
      return send === undefined ? next(call) : send(value, call);
    };
    return (call) => {
      const isSuspicious = checkNul !== undefined && mayHoldNul(call.request);
      const mustLook =
        isSuspicious || send !== undefined || checks[call.surface === 'graphql' ? 'graphql' : 'rest'].length > 0;
      return mustLook ? inspect(call, isSuspicious) : next(call);
    };
  };
}

function isForRest(validation: Validation): boolean {
  return !('surfaces' in validation) || validation.surfaces === 'all';
}

/** Undefined for the validations that are more than a look at the request. */
function compileCheck(validation: Validation, options: ValidationOptions): CheckRequest | undefined {
  switch (validation.kind) {
    case 'filled':
      return compileFilledCheck(validation);
    case 'bounded':
      return compileBoundedCheck(validation);
    case 'recent':
      return compileRecentCheck(validation, options.now);
    case 'job-spec':
      return compileJobSpecCheck(validation, options);
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
