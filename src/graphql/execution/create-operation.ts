import type { ResponsePath } from 'graphql';

import type { MethodDescriptor } from '../../registry/descriptors.ts';

import type { Call, Invoke, Reply } from '../../call/call.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import { readKeyOf } from '../../call/call.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';
import type { Span } from '../../telemetry/span.ts';

import { createExplanation, type Explanation } from './create-explanation.ts';

/** What operations are made with. */
export interface OperationOptions {
  /** The way through the pipeline. */
  readonly invoke: Invoke;
  readonly table: RpcTable;
  /** How many calls one operation may make. */
  readonly maxCalls: number;
  /** The network address at the other end of the caller's connection, for the audit. */
  readonly peer?: string | undefined;
}

/** One operation's only way to the upstream, and what is known of its calls. */
export interface Operation {
  /**
   * Makes a call for the field at `path`, on behalf of `parents` objects when it is one call for many. Identical reads happen
   * once; the answer of a repeated one is the same Reply. Rejects with a GatewayError when the operation has made all the
   * calls that it may.
   */
  readonly invoke: (call: Call, path?: ResponsePath, parents?: number) => Promise<Reply>;
  /** Lets the next call of a read be made, although it has been answered: the answer turned out to be about something else. */
  readonly forget: (call: Call) => void;
  /**
   * Begins the same operation anew, which has to be executed another way: what was called is answered as before, and only
   * what was not is called now. `readsWhole`: see below.
   */
  readonly replay: (readsWhole: boolean) => void;
  /** Whether replies have to be decoded as a whole, to find what is wrong in them. */
  readonly readsWhole: () => boolean;
  /** Says that parents are being collected, bit by bit; the function returned ends it. Links wait for all of them. */
  readonly collect: () => () => void;
  readonly isCollecting: () => boolean;
  /** Why nothing of it was sent: calls were made, and the gateway turned all of them away. Undefined when it was not so. */
  readonly turnedAway: () => GatewayError | undefined;
  /** From now on calls are traced under this span. */
  readonly traceUnder: (span: Span) => void;
  /** From now on calls are written down; before, nothing is measured. */
  readonly startExplaining: () => void;
  /** Undefined: nobody wants to know. */
  readonly explanation: () => Explanation | undefined;
}

/** Begins an operation. A subscription begins one for each of its ticks. */
export function createOperation({ invoke, table, maxCalls, peer }: OperationOptions): Operation {
  // What the next field of a mutation reads must not be from before a write, so reads are kept by how many writes were made.
  const reads = [new Map<string, Promise<Reply>>()];
  const writes: { readonly key: string; readonly reply: Promise<Reply> }[] = [];
  let begun = 0;
  let done = 0;
  let replays = false;
  let readsWhole = false;
  let collecting = 0;
  let explanation: Explanation | undefined;
  let span: Span | undefined;
  let calls = 0;
  let unsent = 0;
  let turnedAway: GatewayError | undefined;

  // One error for all calls of an RPC: there may be hundreds of thousands, and each new one would remember where it was made.
  const refusals = new Map<MethodDescriptor, GatewayError>();
  const refusalOf = (call: Call) => {
    const refusal = refusals.get(call.method) ?? tooManyCalls(call, maxCalls);
    refusals.set(call.method, refusal);
    return refusal;
  };
  const send = (bare: Call, path: ResponsePath | undefined, parents: number) => {
    if (calls >= maxCalls) return Promise.reject(refusalOf(bare));
    calls += 1;
    const call = { ...bare, peer, span };
    const reply = explanation === undefined ? invoke(call) : explanation.watch(invoke, call, path, parents);
    reply.catch((error) => {
      if (!isTurnedAway(error)) return;
      unsent += 1;
      turnedAway = error;
    });
    return reply;
  };
  const write = async (call: Call, path: ResponsePath | undefined, parents: number) => {
    const key = readKeyOf(call);
    // The fields of a mutation run one after another, so a replay comes by the same writes in the same order.
    const index = begun;
    begun += 1;
    if (index === writes.length) writes.push({ key, reply: send(call, path, parents) });
    const made = writes[index]!;
    try {
      if (made.key !== key) throw anotherWrite(call);
      return await made.reply;
    } finally {
      done += 1;
      reads[done] ??= new Map();
    }
  };
  const currentReads = () => reads[done]!;
  return {
    invoke: (call, path, parents = 1) => {
      if (table.factsOf(call.method).kind === 'write') return write(call, path, parents);
      const key = readKeyOf(call);
      const known = currentReads().get(key);
      if (known !== undefined) {
        explanation?.noteRepetition(call, path);
        return known;
      }
      const reply = send(call, path, parents);
      currentReads().set(key, reply);
      return reply;
    },
    forget: (call) => {
      // Asked again in a replay, it would be answered once more.
      if (!replays) currentReads().delete(readKeyOf(call));
    },
    replay: (whole) => {
      replays = true;
      readsWhole ||= whole;
      begun = 0;
      done = 0;
    },
    readsWhole: () => readsWhole,
    collect: () => {
      collecting += 1;
      return () => {
        collecting -= 1;
      };
    },
    isCollecting: () => collecting > 0,
    turnedAway: () => (unsent === calls ? turnedAway : undefined),
    traceUnder: (given) => {
      span = given;
    },
    startExplaining: () => {
      explanation = createExplanation();
    },
    explanation: () => explanation,
  };
}

/** Whether the gateway would not send a call now, and says when to try again. */
function isTurnedAway(error: unknown): error is GatewayError {
  if (!(error instanceof GatewayError) || error.origin !== 'gateway') return false;
  return error.status.name === 'UNAVAILABLE' && error.retryAfterSeconds !== undefined;
}

/** Sent now, it might be done twice. */
function anotherWrite({ method }: Call): GatewayError {
  return new GatewayError('INTERNAL', `${method.fullName} was not the write that was sent before.`, {
    reason: 'REPLAY',
  });
}

function tooManyCalls({ method }: Call, maxCalls: number): GatewayError {
  return new GatewayError(
    'INVALID_ARGUMENT',
    `This operation has made ${maxCalls} calls upstream, and more are not allowed (GRAPHQL_MAX_CALLS): ${method.fullName} ` +
      'was not called. Ask for fewer objects at once, or for less about each.',
    { reason: 'CALL_BUDGET' },
  );
}
