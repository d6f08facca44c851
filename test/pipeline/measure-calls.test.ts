import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { CallTimings } from '../../src/call/call.ts';
import { GatewayError } from '../../src/call/gateway-error.ts';
import { type CallMeters, measureCalls, measureUpstream } from '../../src/pipeline/measure-calls.ts';

import { Lane } from '../../src/pipeline/lanes/lane.ts';
import { callOf, holdUpstream, method, pipe, replyOf, tableOf } from './calls.ts';

const get = method('GetShelf');
const set = method('SetShelf');
const table = tableOf([
  [get, 'read'],
  [set, 'write'],
]);

/** Writes down what is counted, and what was asked for to count with. */
function recordingMeters() {
  const counted: string[] = [];
  const asked: string[] = [];
  const counter = (words: readonly string[]) => {
    asked.push(words.join(' '));
    return () => void counted.push(words.join(' '));
  };
  const meters: CallMeters = {
    ended: (...words) => counter(['ended', ...words]),
    duration: (...words) => {
      asked.push(`duration ${words.join(' ')}`);
      return (seconds) => void counted.push(`duration ${words.join(' ')} ${seconds >= 0 && seconds < 60}`);
    },
    refused: (...words) => counter(['refused', ...words]),
    failed: (...words) => counter(['failed', ...words]),
    shared: () => {},
    reused: () => {},
  };
  return { counted, asked, meters };
}

describe('measureCalls()', () => {
  it('counts a call by surface, RPC and status, and its time in seconds by kind', async () => {
    const { counted, meters } = recordingMeters();
    const invoke = pipe(table, [measureCalls(meters)], async () => replyOf(7));
    expect((await invoke(callOf(get, { surface: 'graphql' }))).message).toEqual(Uint8Array.of(7));
    await invoke(callOf(set, { surface: 'rest' }));
    expect(counted).toEqual([
      'duration graphql read true',
      `ended graphql ${get.fullName} OK`,
      'duration rest write true',
      `ended rest ${set.fullName} OK`,
    ]);
  });

  it.each([
    {
      what: 'the upstream’s answer by its status alone',
      error: new GatewayError('NOT_FOUND', 'no such shelf', { origin: 'upstream', reason: 'NOT_FOUND' }),
      counts: [`ended rest ${get.fullName} NOT_FOUND`],
    },
    {
      what: 'what the upstream itself does not permit as no refusal of ours',
      error: new GatewayError('PERMISSION_DENIED', 'not yours', { origin: 'upstream' }),
      counts: [`ended rest ${get.fullName} PERMISSION_DENIED`],
    },
    {
      what: 'a status that the table does not know as UNKNOWN',
      error: new GatewayError(4_711, 'made up', { origin: 'upstream' }),
      counts: [`ended rest ${get.fullName} UNKNOWN`],
    },
    {
      what: 'a right that is missing as a refusal, with its reason',
      error: new GatewayError('PERMISSION_DENIED', 'not yours', { reason: 'SCOPE_MISSING' }),
      counts: [`ended rest ${get.fullName} PERMISSION_DENIED`, `refused ${get.fullName} SCOPE_MISSING`],
    },
    {
      what: 'a full lane as an error of ours',
      error: new GatewayError('UNAVAILABLE', 'later', { reason: 'LANE_FULL' }),
      counts: [`ended rest ${get.fullName} UNAVAILABLE`, 'failed LANE_FULL'],
    },
    {
      what: 'a defect as unexpected',
      error: new TypeError('undefined is not a shelf'),
      counts: [`ended rest ${get.fullName} INTERNAL`, 'failed UNEXPECTED'],
    },
  ])('counts $what, and passes the error on', async ({ error, counts }) => {
    const { counted, meters } = recordingMeters();
    const invoke = pipe(table, [measureCalls(meters)], () => Promise.reject(error));
    await expect(invoke(callOf(get, { surface: 'rest' }))).rejects.toBe(error);
    expect(counted.filter((line) => !line.startsWith('duration'))).toEqual(counts);
  });

  it('asks for a series once, however often it counts', async () => {
    const { asked, meters } = recordingMeters();
    const invoke = pipe(table, [measureCalls(meters)], async () => replyOf(1));
    const atBoot = asked.length;
    for (let time = 0; time < 5; time++) await invoke(callOf(get, { surface: 'rest' }));
    expect(asked.slice(atBoot)).toEqual([`ended rest ${get.fullName} OK`]);
  });
});

const limits = { holdLimitMs: 10_000, maxWaiting: 3, maxWaitMs: 10_000, callMs: 30_000 };

describe('measureUpstream()', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells how long a call waited in its lane, and how long the upstream took', async () => {
    const [lane, upstream] = [new Lane('shelf', limits), holdUpstream()];
    const next = pipe(table, [measureUpstream], upstream.invoke);
    const [first, second]: CallTimings[] = [{}, {}];
    const calls = [first!, second!].map((timings) => lane.run(callOf(get, { timings }), 'read', next));
    await vi.advanceTimersByTimeAsync(30);
    await upstream.answer(0);
    await vi.advanceTimersByTimeAsync(50);
    await upstream.answer(1);
    await Promise.all(calls);
    expect([first, second]).toEqual([{ upstreamMs: 30 }, { queuedMs: 30, upstreamMs: 50 }]);
  });

  it('tells it of a call that fails, too', async () => {
    const upstream = holdUpstream();
    const timings: CallTimings = {};
    const failing = expect(pipe(table, [measureUpstream], upstream.invoke)(callOf(get, { timings }))).rejects.toThrow(
      'shelf fell',
    );
    await vi.advanceTimersByTimeAsync(20);
    await upstream.fail(0, new GatewayError('UNAVAILABLE', 'shelf fell over'));
    await failing;
    expect(timings).toEqual({ upstreamMs: 20 });
  });
});
