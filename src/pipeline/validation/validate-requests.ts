import type { MethodDescriptor } from '../../registry/descriptors.ts';

import type { Call, CallEffect, Reply } from '../../call/call.ts';
import type { CloseMessage, OpenMessage } from '../../call/open-message.ts';
import type { RpcFacts } from '../../rpc-table/rpc-facts.ts';
import type { DressedError } from '../../rpc-table/rpc-table.ts';
import type { Validation } from '../../rpc-table/validation.ts';

import { type Interceptor, passOn } from '../interceptor.ts';
import { Lane, type LaneLimits } from '../lanes/lane.ts';
import {
  type CheckLongRequest,
  type CheckRequest,
  compileBoundedCheck,
  compileFilledCheck,
  compileNulCheck,
  compileRecentCheck,
} from './check-request.ts';
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
  /**
   * Whether REST, and whoever else sends RPCs as they are, is refused what GraphQL is (REST_VALIDATION). Otherwise such
   * requests are sent, and what they come to is noted.
   */
  readonly validatesRest: boolean;
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

/**
 * Looks once more at times that must be recent, when a call is sent: after waiting for its lane, a time may be too old that
 * was not when the call came. Stands behind the lanes.
 */
export function validateWhenSent({ open, now }: Pick<ValidationOptions, 'open' | 'now'>): Interceptor {
  return ({ method, lane, validations }) => {
    const recent = validations.flatMap((validation) =>
      validation.kind === 'recent' ? [compileRecentCheck(validation, now)] : [],
    );
    if (lane === undefined || recent.length === 0) return passOn;
    const openRequest = open(method.input);
    return (next) => async (call) => {
      const value = openIfWhole(openRequest, call.request);
      if (value !== undefined) for (const check of recent) check(value, call);
      return next(call);
    };
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
  const graphqlChecks = validations.flatMap((validation) => compileCheck(validation, options) ?? []);
  const otherChecks = validations.flatMap((validation) => {
    const check = compileCheck(validation, options);
    if (check === undefined || options.validatesRest) return check ?? [];
    return 'surfaces' in validation && validation.surfaces === 'graphql'
      ? noteEffect(check, effects[validation.kind])
      : check;
  });
  const unique = validations.find((validation) => validation.kind === 'unique');
  const newName = unique && requireNewName(unique, { open, close, dressedErrors, lane: laneOf(unique.lookUp.method) });

  return (next, nextOf) => {
    const send = newName?.(next, nextOf);
    const inspect = async (call: Call, checks: readonly AnyCheck[], isSuspicious: boolean): Promise<Reply> => {
      const value = openIfWhole(openRequest, call.request);
      if (value === undefined) return next(call);
      if (isSuspicious) checkNul?.(value, call);
      for (const check of checks) await check(value, call);
      return send === undefined ? next(call) : send(value, call);
    };
    return (call) => {
      // Most messages have no such byte, and are not opened.
      const isSuspicious = checkNul !== undefined && call.request.indexOf(0) >= 0;
      const checks = call.surface === 'graphql' ? graphqlChecks : otherChecks;
      const mustLook = isSuspicious || send !== undefined || checks.length > 0;
      return mustLook ? inspect(call, checks, isSuspicious) : next(call);
    };
  };
}

/** What a request comes to that fails a validation and is sent all the same. */
const effects: Readonly<Record<'filled' | 'bounded', CallEffect>> = { filled: 'nothing', bounded: 'everything' };

type AnyCheck = CheckRequest | CheckLongRequest;

/** Lets a request pass that fails a check, and notes what it comes to. */
function noteEffect(check: AnyCheck, effect: CallEffect): CheckLongRequest {
  return async (value, call) => {
    try {
      await check(value, call);
    } catch {
      if (call.notes !== undefined) call.notes.effect = effect;
    }
  };
}

/** Undefined for the validations that are more than a look at the request. */
function compileCheck(validation: Validation, options: ValidationOptions): AnyCheck | undefined {
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
