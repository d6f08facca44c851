import { parse, validate } from 'graphql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { peerAddressOf } from '../../../src/http/client-address.ts';
import { createOperation } from '../../../src/graphql/execution/create-operation.ts';
import { deriveSchema } from '../../../src/graphql/schema/derive-schema.ts';
import { createLive, type Live } from '../../../src/graphql/subscriptions/create-live.ts';
import { StreamBrokenOff } from '../../../src/graphql/subscriptions/open-streams.ts';
import type { Call, Invoke } from '../../../src/call/call.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';
import type { Identity } from '../../../src/call/identity.ts';
import { spareReads } from '../../../src/pipeline/spare-reads.ts';

import { identifyRequestsBy, identityOf } from '../../authentication/identity.ts';
import { pipe } from '../../pipeline/calls.ts';
import { bookshop, bookshopTable as table, servicesOf } from '../bookshop/bookshop.ts';
import { type Answers, createUpstream } from '../bookshop/create-upstream.ts';
import { createTestedExecutor, replyForm } from '../executor.ts';
import type { Json } from '../../json.ts';

const intervals = { minMs: 1_000, defaultMs: 5_000, maxMs: 60_000 };
const live = deriveSchema({
  registry: bookshop,
  table,
  services: servicesOf('bookshop.catalog'),
  extensions: [],
  live: intervals,
  replyForm,
});

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000_000 }));
afterEach(() => void vi.useRealTimers());

interface Subscriber {
  /** What came so far. */
  readonly events: Json[];
  readonly leave: () => void;
  isOver: boolean;
  /** Whether it was broken off, for its client to come back. */
  isBrokenOff: boolean;
}

/** Subscriptions with the part of the pipeline in which callers share, and a hook where each is asked for their rights. */
function start(answers: Answers, options: { readonly maxStreams?: number } = {}) {
  const upstream = createUpstream(answers);
  const entered: Call[] = [];
  const shared = pipe(table, [spareReads({ timeoutMs: 30_000, now: () => performance.now() })], upstream);
  const rights = { check: (_: Call) => {} };
  const invoke: Invoke = async (call) => {
    entered.push(call);
    rights.check(call);
    return shared(call);
  };
  const callers = { identify: (subject: string): Identity => identityOf(subject) };
  const errors: unknown[] = [];
  const silent = () => {};
  const served = createLive({
    identify: identifyRequestsBy(({ authorization }) => callers.identify(authorization!)),
    addressOf: peerAddressOf,
    intervals,
    maxStreams: options.maxStreams ?? 1_000,
    onRefused: silent,
    logger: { debug: silent, info: silent, warn: silent, error: (fields) => errors.push(fields) },
  });
  const findMisfits = async () => [];
  served.serve({ schema: live, invoke, table, maxCalls: 10, execute: createTestedExecutor(bookshop), findMisfits });
  const open = (source: string, subject = 'ada', variableValues = {}) =>
    follow(served, invoke, source, subject, variableValues);
  return { upstream, entered, rights, callers, errors, served, open };
}

function follow(served: Live, invoke: Invoke, source: string, subject: string, variableValues: object): Subscriber {
  const document = parse(source.replace('GetBook', 'bookshopCatalogBookGetBook'));
  expect(validate(live, document)).toEqual([]);
  const controller = new AbortController();
  const stream = served.subscribe({
    schema: live,
    document,
    variableValues: variableValues as Record<string, unknown>,
    contextValue: {
      identity: identityOf(subject),
      signal: controller.signal,
      requestId: 'r-1',
      operation: createOperation({ invoke, table, maxCalls: 10 }),
      unknownEnumValues: [],
      truncated: [],
      unsupported: [],
      req: { headers: { authorization: subject }, rawHeaders: [], socket: {} } as never,
      res: {} as never,
      hold: {} as never,
    },
  });
  const subscriber: Subscriber = { events: [], leave: () => controller.abort(), isOver: false, isBrokenOff: false };
  const read = async () => {
    try {
      for await (const event of stream) subscriber.events.push(JSON.parse(JSON.stringify(event)));
    } catch (error) {
      if (!(error instanceof StreamBrokenOff)) throw error;
      subscriber.isBrokenOff = true;
    }
    subscriber.isOver = true;
  };
  void read();
  return subscriber;
}

const book = 'subscription { GetBook(id: "1", everyMs: 1000) { book { titleText } } }';
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const titles = ({ events }: Subscriber) => events.map(({ data }) => data?.bookshopCatalogBookGetBook?.book.titleText);

describe('createLive()', () => {
  it('asks 31 times in 30 seconds for a hundred subscribers, whenever they come', async () => {
    let edition = 0;
    const { upstream, open } = start({ GetBook: () => ({ book: { titleText: `edition ${edition}` } }) });
    const subscribers: Subscriber[] = [];
    for (let index = 0; index < 100; index += 1) {
      subscribers.push(open(book, `user ${index}`));
      await pass(7);
    }
    await pass(14_300);
    edition = 1;
    await pass(15_000);
    expect(upstream.calls.length).toBe(31);
    expect(subscribers.map(titles)).toEqual(subscribers.map(() => ['edition 0', 'edition 1']));
  });

  it('asks everybody for their rights, though the upstream is asked once', async () => {
    const { upstream, entered, rights, open } = start({ GetBook: () => ({ book: { titleText: 'Emma' } }) });
    const subscribers = ['ada', 'bob'].map((subject) => open(book, subject));
    await pass(1_000);
    rights.check = ({ identity }) => {
      if (identity.subject === 'bob') throw new GatewayError('PERMISSION_DENIED', 'bob may not read any more');
    };
    await pass(1_000);
    expect(titles(subscribers[0]!)).toEqual(['Emma']);
    expect(subscribers[1]!.events[1]).toMatchObject({ errors: [{ message: 'bob may not read any more' }] });
    expect(new Set(entered.map(({ identity }) => identity.subject))).toEqual(new Set(['ada', 'bob']));
    expect(upstream.calls).toHaveLength(3);
  });

  it('executes nothing while replies are the same', async () => {
    let decoded = 0;
    const { upstream, open } = start({ GetBook: () => ({ book: { titleText: 'Emma' } }) });
    const stringify = vi.spyOn(JSON, 'stringify').mockName('digests');
    const subscriber = open(book);
    await pass(0);
    decoded = stringify.mock.calls.length;
    await pass(10_000);
    expect([upstream.calls.length, stringify.mock.calls.length - decoded]).toEqual([11, 0]);
    stringify.mockRestore();
    expect(titles(subscriber)).toEqual(['Emma']);
  });

  it('looks in its own interval, which is the default one when it does not say', async () => {
    const { upstream, open } = start({ GetBook: () => ({ book: { titleText: 'Emma' } }) });
    open('subscription { GetBook(id: "1") { book { id } } }');
    open('subscription ($every: Int) { GetBook(id: "2", everyMs: $every) { book { id } } }', 'ada', { every: 20_000 });
    await pass(20_000);
    const asked = (id: string) => upstream.calls.filter(({ request }) => Buffer.from(request).includes(id)).length;
    expect([asked('1'), asked('2')]).toEqual([5, 2]);
  });

  it('tells a failure once, tells when it has passed, and goes on in between', async () => {
    let failure: GatewayError | undefined;
    const answer = () => {
      if (failure !== undefined) throw failure;
      return { book: { titleText: 'Emma' } };
    };
    const { open } = start({ GetBook: answer });
    const subscriber = open(book);
    await pass(1_500);
    failure = new GatewayError('UNAVAILABLE', 'the shop is closed');
    await pass(5_000);
    failure = undefined;
    await pass(2_000);
    expect(titles(subscriber)).toEqual(['Emma', undefined, 'Emma']);
    expect(subscriber.events[1].errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
  });

  it('waits through a failure of the identity provider, showing nothing', async () => {
    let edition = 0;
    const { callers, open } = start({ GetBook: () => ({ book: { titleText: `edition ${edition}` } }) });
    const subscriber = open(book);
    await pass(500);
    callers.identify = () => {
      throw new GatewayError('UNAVAILABLE', 'the identity provider does not answer');
    };
    edition = 1;
    await pass(3_000);
    expect(titles(subscriber)).toEqual(['edition 0', undefined]);
    expect(subscriber.events[1]).toMatchObject({ errors: [{ message: 'the identity provider does not answer' }] });
    callers.identify = (subject) => identityOf(subject);
    await pass(1_000);
    expect(titles(subscriber)).toEqual(['edition 0', undefined, 'edition 1']);
  });

  it('ends when its caller is nobody any more', async () => {
    const { upstream, callers, open } = start({ GetBook: () => ({ book: { titleText: 'Emma' } }) });
    const subscriber = open(book);
    await pass(500);
    callers.identify = () => {
      throw new GatewayError('UNAUTHENTICATED', 'the token has expired', { origin: 'credentials' });
    };
    await pass(1_000);
    expect(subscriber.events.at(-1)).toMatchObject({
      errors: [{ message: 'the token has expired', extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect([subscriber.isOver, upstream.calls.length]).toEqual([true, 1]);
  });

  it('ends at once when its caller leaves, and gives the place to another one', async () => {
    const { upstream, open } = start({ GetBook: () => ({ book: { titleText: 'Emma' } }) }, { maxStreams: 1 });
    const subscriber = open(book);
    await pass(100);
    expect(() => open(book)).toThrow('ada has 1 subscriptions open');
    subscriber.leave();
    await pass(0);
    expect([subscriber.isOver, vi.getTimerCount()]).toEqual([true, 1]);
    await pass(60_000);
    // The timer was the one that forgets the reply.
    expect([upstream.calls.length, vi.getTimerCount()]).toEqual([1, 0]);
    const next = open(book);
    await pass(0);
    expect(titles(next)).toEqual(['Emma']);
  });

  it('ends after the first event when the request itself is wrong', async () => {
    const { open } = start({});
    const subscriber = open('subscription ($every: Int) { GetBook(everyMs: $every) { book { id } } }', 'ada', {
      every: 'often',
    });
    await pass(0);
    expect(subscriber.events).toHaveLength(1);
    expect(subscriber.events[0].errors[0].message).toContain('Int cannot represent non-integer value: "often"');
    expect(subscriber.isOver).toBe(true);
  });

  it('completes all streams, and begins no other', async () => {
    const { served, open } = start({ GetBook: () => ({ book: { titleText: 'Emma' } }) });
    const subscribers = [open(book), open(book, 'bob')];
    await pass(100);
    served.complete();
    await pass(0);
    expect(subscribers.map(({ isOver }) => isOver)).toEqual([true, true]);
    expect(() => open(book)).toThrow('the gateway is shutting down');
  });

  it('does not let a slow upstream pile up its ticks', async () => {
    const answer = () => new Promise<object>((resolve) => setTimeout(resolve, 2_500, { book: { titleText: 'Emma' } }));
    const { upstream, open } = start({ GetBook: answer });
    open(book);
    await pass(11_900);
    expect(upstream.calls).toHaveLength(4);
  });
});
