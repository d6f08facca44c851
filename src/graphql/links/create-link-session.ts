import DataLoader from 'dataloader';
import type { ResponsePath } from 'graphql';

import type { Reply } from '../../call/call.ts';
import { GatewayError } from '../../call/gateway-error.ts';

import type { GraphqlContext } from '../execution/graphql-context.ts';
import { readSafely } from '../execution/read-safely.ts';

import type { Row } from './compile-row-path.ts';
import type { Ask, CallPlan, ReadRpc } from './plans.ts';

/** What links that are resolved together share: the way upstream, and their loaders. */
export interface LinkSession {
  readonly counters: LinkCounters;
  /** Makes one call, or none when this operation has asked the same already, for the field at `path`. */
  readonly read: (rpc: ReadRpc, request: Uint8Array, path: ResponsePath, parents?: number) => Promise<Row>;
  /** The same for a link whose answers can be checked: asks again when one is about something else. */
  readonly readRight: (plan: CallPlan, request: Uint8Array, path: ResponsePath, isRight: IsRight) => Promise<Row>;
  /** The loader of a batch, made when it is first asked for. */
  readonly loader: (id: string, isScoped: boolean, answer: AnswerAsks) => DataLoader<Ask, unknown, string>;
}

type IsRight = (reply: Row) => boolean;

/** Answers asks in their order, an Error for each that failed. */
export type AnswerAsks = (asks: readonly Ask[]) => Promise<readonly unknown[]>;

/** How often a wrong answer is asked for again. Wrong ones come 3 times in 100 at worst, so three tries are plenty. */
const maxRepeats = 3;

/** What replies of one RPC read as; nobody opens twice what several links share. */
const opened = new WeakMap<Reply, Row>();

/** Begins a session of one operation, or of one field of a mutation. */
export function createLinkSession(context: GraphqlContext, counters: LinkCounters): LinkSession {
  const { operation, identity, signal, requestId } = context;
  const loaders = new Map<string, DataLoader<Ask, unknown, string>>();
  const right = new Map<string, Promise<Row>>();
  const quiet = createQuiet(operation.isCollecting);

  const callOf = ({ method }: ReadRpc, request: Uint8Array) =>
    ({ method, request, identity, surface: 'graphql', metadata: [], timeoutMs: undefined, signal, requestId }) as const;

  const read: LinkSession['read'] = async (rpc, request, path, parents = 1) => {
    quiet.begin();
    try {
      const reply = await operation.invoke(callOf(rpc, request), path, parents);
      if (operation.readsWhole()) return readSafely(() => rpc.open(reply.message, true), rpc.method);
      const known = opened.get(reply);
      if (known !== undefined) return known;
      const row = readSafely(() => rpc.open(reply.message, false), rpc.method);
      opened.set(reply, row);
      return row;
    } finally {
      quiet.end();
    }
  };

  const repeatUntilRight = async (plan: CallPlan, request: Uint8Array, path: ResponsePath, isRight: IsRight) => {
    for (let repeats = 0; ; repeats++) {
      const reply = await read(plan.rpc, request, path);
      if (isRight(reply)) return reply;
      counters.mismatches += 1;
      if (repeats === maxRepeats) throw wrongAnswers(plan);
      operation.forget(callOf(plan.rpc, request));
    }
  };

  return {
    counters,
    read,
    readRight: (plan, request, path, isRight) => {
      const key = `${plan.owner}\n${Buffer.from(request).toString('latin1')}`;
      let reply = right.get(key);
      if (reply === undefined) {
        reply = repeatUntilRight(plan, request, path, isRight);
        right.set(key, reply);
      }
      return reply;
    },
    loader: (id, isScoped, answer) => {
      let loader = loaders.get(id);
      if (loader === undefined) {
        loader = new DataLoader<Ask, unknown, string>((asks) => answer(asks) as Promise<unknown[]>, {
          cacheKeyFn: (ask) => ask.id,
          batchScheduleFn: isScoped ? quiet.scheduleScoped : quiet.schedule,
        });
        loaders.set(id, loader);
      }
      return loader;
    },
  };
}

function wrongAnswers({ owner, rpc: { method } }: CallPlan): GatewayError {
  return new GatewayError(
    'ABORTED',
    `${method.fullName} answered ${maxRepeats + 1} times about something other than what ${owner} asked for; try again.`,
    { reason: 'WRONG_ANSWER' },
  );
}

/**
 * Waits for the moment in which no link's call is under way: by then all parents of one level are known, however many calls
 * they came by, and one call can serve all of them. DataLoader by itself would send a batch for each call that comes back.
 */
function createQuiet(isCollecting: () => boolean) {
  let underWay = 0;
  let waiting: (() => void)[] = [];
  // Behind promises and ticks: what came back has been handed on, and what it leads to has begun.
  const lookAround = () => {
    if (underWay > 0 || waiting.length === 0) return;
    if (isCollecting()) {
      setImmediate(lookAround);
      return;
    }
    const ready = waiting;
    waiting = [];
    for (const callback of ready) callback();
  };
  return {
    begin: () => {
      underWay += 1;
    },
    end: () => {
      underWay -= 1;
      if (underWay === 0) setImmediate(lookAround);
    },
    /** As DataLoader does by itself, but for all parents that are collected together. */
    scheduleScoped: (callback: () => void) => {
      const look = () => (isCollecting() ? void setImmediate(look) : callback());
      void Promise.resolve().then(() => process.nextTick(look));
    },
    schedule: (callback: () => void) => {
      waiting.push(callback);
      setImmediate(lookAround);
    },
  };
}

/** What has happened to links since the gateway started; for metrics. */
export interface LinkCounters {
  /** Calls that answered several parents at once. */
  batches: number;
  /** Parents that such calls answered. */
  batchedParents: number;
  /** Batches that failed, or proved nothing, so that every parent asked by itself. */
  fallbacks: number;
  /** Answers about something other than what was asked for, which were asked for again. */
  mismatches: number;
}

/** Counters at zero. */
export function createLinkCounters(): LinkCounters {
  return { batches: 0, batchedParents: 0, fallbacks: 0, mismatches: 0 };
}
