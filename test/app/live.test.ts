import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import type { AuditRecord } from '../../src/audit/audit-record.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';

import { type EventStream, openStream } from '../event-stream.ts';
import { secret, startGateway, type TestGateway, testConfig } from './running-gateway.ts';

/** Subscriptions, end to end: a gateway that looks often, so that nobody has to wait, in front of a demo Cuebot. */

let running: TestGateway | undefined;
const streams: EventStream[] = [];

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.vanish();
  await running?.close();
  running = undefined;
});

const intervalMs = 25;

async function start(settings: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const intervals = { LIVE_MIN_INTERVAL: `${intervalMs}ms`, LIVE_INTERVAL: `${intervalMs}ms` };
  running = await startGateway({ settings: { ...intervals, ...settings } });
  return running;
}

async function open(gateway: TestGateway, query: string, token = gateway.token): Promise<EventStream> {
  const stream = await openStream(`${gateway.url}/graphql`, token, { query });
  streams.push(stream);
  return stream;
}

const shows = 'subscription { showGetShows { shows { shows { name defaultMinCores } } } }';
const callsOf = ({ cuebot }: TestGateway, rpc: string) => cuebot.calls.get(rpc) ?? 0;
const getShows = 'show.ShowInterface/GetShows';

/** Resolves when Cuebot has been asked so many times more. */
async function looks(gateway: TestGateway, rpc: string, count: number): Promise<void> {
  const until = callsOf(gateway, rpc) + count;
  while (callsOf(gateway, rpc) < until) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Changes what `shows` shows. */
async function changeShow({ rest }: TestGateway, minCores: number): Promise<void> {
  const { json } = await rest('show.ShowInterface/GetShows');
  const show = json.shows.shows[0];
  await rest('show.ShowInterface/SetDefaultMinCores', { show, minCores });
}

describe('a subscription', () => {
  it('answers at once, and again when something has changed', async () => {
    const gateway = await start();
    const stream = await open(gateway, shows);
    await stream.next(1);
    expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream']);
    // Or nothing of it would come through a proxy that collects answers, or compresses them.
    expect(stream.headers).toMatchObject({ 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' });
    expect(stream.headers).not.toHaveProperty('content-encoding');
    await looks(gateway, getShows, 3);
    expect(stream.events).toHaveLength(1);
    await changeShow(gateway, 7);
    await stream.next(2);
    const minCores = stream.events.map(({ data }) => data.showGetShows.shows.shows[0].defaultMinCores);
    expect(minCores[1]).toBe(7);
    expect(minCores[0]).not.toBe(7);
  });

  it('is refused what its caller may not have once, and not in every tick', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-live-'));
    const policyFile = join(folder, 'policy.yaml');
    writeFileSync(policyFile, 'levels:\n  show.ShowInterface:\n    admin: GetSubscriptions\n');
    const gateway = await start({ POLICY_FILE: policyFile });
    const token = signToken({ secret, claims: { sub: 'ann', scope: 'cue:read' } });
    const query = 'subscription { show(name: "testing") { defaultMinCores subscriptions { name } } }';
    const stream = await open(gateway, query, token);
    const error = { path: ['show', 'subscriptions'], extensions: { code: 'FORBIDDEN' } };
    await stream.next(1);
    expect(stream.events[0].errors).toMatchObject([error]);
    await looks(gateway, 'show.ShowInterface/FindShow', 5);
    const { json } = await gateway.rest('show.ShowInterface/FindShow', { name: 'testing' });
    await gateway.rest('show.ShowInterface/SetDefaultMinCores', { show: json.show, minCores: 8 });
    await stream.next(2);
    expect(stream.events[1].errors).toMatchObject([error]);
    const records = gateway.log.flatMap(({ fields }) => (fields['audit'] as AuditRecord | undefined) ?? []);
    expect(records.filter(({ event }) => event === 'refusal')).toMatchObject([
      { subject: 'ann', rpc: 'show.ShowInterface/GetSubscriptions', peer: '127.0.0.1', reason: 'SCOPE_MISSING' },
    ]);
    rmSync(folder, { recursive: true });
  });

  it('costs Cuebot one call for a hundred subscribers', async () => {
    // The next tick is midnight's. How many calls later ticks cost is counted where the clock is a fake: create-live.test.ts.
    const daily = { LIVE_MIN_INTERVAL: '1440m', LIVE_INTERVAL: '1440m', LIVE_MAX_INTERVAL: '1440m' };
    const gateway = await start({ ...daily, LIVE_MAX_STREAMS: '100' });
    const before = callsOf(gateway, getShows);
    const opened = await Promise.all(Array.from({ length: 100 }, () => open(gateway, shows)));
    await Promise.all(opened.map((stream) => stream.next(1)));
    expect(callsOf(gateway, getShows) - before).toBe(1);
  });

  it('tells a hundred subscribers of a change, and of nothing else', async () => {
    const gateway = await start({ LIVE_MAX_STREAMS: '100' });
    const opened = await Promise.all(Array.from({ length: 100 }, () => open(gateway, shows)));
    await Promise.all(opened.map((stream) => stream.next(1)));
    await looks(gateway, getShows, 20);
    expect(opened.map(({ events }) => events.length)).toEqual(opened.map(() => 1));
    await changeShow(gateway, 7);
    await Promise.all(opened.map((stream) => stream.next(2)));
  });

  it('sends what fails as an event, and goes on', async () => {
    const gateway = await start();
    const stream = await open(gateway, 'subscription { jobGetJob(id: "no-such-job") { job { name } } }');
    await stream.next(1);
    expect(stream.events[0]).toMatchObject({
      data: { jobGetJob: null },
      errors: [{ path: ['jobGetJob'], extensions: { code: 'NOT_FOUND' } }],
    });
    await looks(gateway, 'job.JobInterface/GetJob', 3);
    // The same failure is not told again.
    expect(stream.events).toHaveLength(1);
  });

  it('ends when its token expires, and says so', async () => {
    const gateway = await start();
    const exp = Math.floor(Date.now() / 1_000) + 2;
    const stream = await open(gateway, shows, signToken({ secret, claims: { sub: 'ann', exp } }));
    expect(await stream.ended).toBe(true);
    expect(stream.events.at(-1)).toEqual({
      errors: [
        {
          message: 'Token validation error: token has invalid claims: token is expired',
          extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }),
        },
      ],
    });
  });

  it('stops costing anything when its subscriber vanishes', async () => {
    const gateway = await start({ LIVE_MAX_STREAMS: '1' });
    const stream = await open(gateway, shows);
    await stream.next(1);
    await looks(gateway, getShows, 1);
    stream.vanish();
    await stream.ended;
    // The next one may open as soon as this one is gone.
    let next = await open(gateway, 'subscription { limitGetAll { limits { name } } }');
    while (next.status === 429) next = await open(gateway, 'subscription { limitGetAll { limits { name } } }');
    await next.next(1);
    const calls = callsOf(gateway, getShows);
    await looks(gateway, 'limit.LimitInterface/GetAll', 5);
    expect(callsOf(gateway, getShows)).toBe(calls);
  });

  it('is refused to a user who has as many as they may, and not to others', async () => {
    const gateway = await start({ LIVE_MAX_STREAMS: '2' });
    for (const _ of [1, 2]) await (await open(gateway, shows)).next(1);
    const third = await open(gateway, shows);
    await third.ended;
    expect(third.status).toBe(429);
    expect(third.events).toEqual([
      {
        errors: [
          {
            message: 'ann has 2 subscriptions open, and more are not allowed (LIVE_MAX_STREAMS); close one first',
            extensions: expect.objectContaining({ code: 'RESOURCE_EXHAUSTED' }),
          },
        ],
      },
    ]);
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const ofBob = await open(gateway, shows, signToken({ secret, claims: { sub: 'bob', exp } }));
    await ofBob.next(1);
    expect(ofBob.status).toBe(200);
  });

  it('is one of many that a service may have, which speaks for many users', async () => {
    const gateway = await start({ LIVE_MAX_STREAMS: '1', LIVE_MAX_SERVICE_STREAMS: '3' });
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const cueweb = signToken({ secret, claims: { sub: 'user-id', exp } });
    for (const _ of [1, 2, 3]) {
      const stream = await open(gateway, shows, cueweb);
      await stream.next(1);
      expect(stream.status).toBe(200);
    }
    const fourth = await open(gateway, shows, cueweb);
    await fourth.ended;
    expect(fourth.events).toMatchObject([
      {
        errors: [
          {
            message: expect.stringContaining(
              'user-id has 3 subscriptions open, and more are not allowed (LIVE_MAX_SERVICE_STREAMS)',
            ),
          },
        ],
      },
    ]);
  });

  it('breaks off when the gateway stops, so that its client comes back', async () => {
    const gateway = await start();
    const stream = await open(gateway, shows);
    await stream.next(1);
    const closing = gateway.gateway.close();
    expect(await stream.ended).toBe(false);
    await closing;
    expect(stream.comments).toContain('retry: 1000');
  });

  it('passes through proxies that buffer or pack', async () => {
    const stream = await open(await start(), shows);
    await stream.next(1);
    expect(stream.headers).toMatchObject({ 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' });
    expect(stream.headers).not.toHaveProperty('content-encoding');
  });

  it('is complete when its request as such is wrong', async () => {
    const stream = await open(await start(), 'subscription { nothing }');
    expect(await stream.ended).toBe(true);
    expect(stream.events).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }]);
  });

  it('is refused to who cannot read streams', async () => {
    const { graphql } = await start();
    const { status, json } = await graphql(shows, {}, { accept: 'application/json' });
    expect([status, json.errors[0].message]).toEqual([
      406,
      'A subscription is answered as text/event-stream; "Accept" does not allow it.',
    ]);
  });

  it.each([
    ['everyMs: 1', 'Argument "everyMs" is 1; subscriptions look every 25 to 300000 milliseconds.'],
    ['everyMs: 300001', 'Argument "everyMs" is 300001; subscriptions look every 25 to 300000 milliseconds.'],
  ])('with %s is refused', async (argument, message) => {
    const gateway = await start();
    const stream = await open(gateway, `subscription { showGetShows(${argument}) { shows { shows { name } } } }`);
    expect(await stream.ended).toBe(true);
    expect(stream.events).toEqual([
      { errors: [{ message, extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) }] },
    ]);
  });

  it('follows what is nested, too, and shares its calls', async () => {
    const gateway = await start();
    const query = 'subscription { shows { name filters { id } jobs { id priority } } }';
    const opened = await Promise.all([open(gateway, query), open(gateway, query)]);
    await Promise.all(opened.map((stream) => stream.next(1)));
    const { shows: list } = opened[0]!.events[0].data;
    gateway.cuebot.resetCalls();
    await looks(gateway, 'show.ShowInterface/GetFilters', 4 * list.length);
    // One call a tick for each show, whoever watches; one more if a tick has just begun.
    const ticks = callsOf(gateway, 'show.ShowInterface/GetShows');
    expect(callsOf(gateway, 'show.ShowInterface/GetFilters')).toBeLessThanOrEqual((ticks + 1) * list.length);
    expect(opened.map(({ events }) => events.length)).toEqual([1, 1]);
    const show = list.find(({ jobs }: { jobs: unknown[] }) => jobs.length > 0);
    const { status } = await gateway.rest('job.JobInterface/SetPriority', { job: { id: show.jobs[0].id }, val: 4_321 });
    expect(status).toBe(200);
    await Promise.all(opened.map((stream) => stream.next(2)));
    expect(JSON.stringify(opened[1]!.events[1].data)).toContain('"priority":4321');
  });

  it('in which a field fails again and again tells it once, and what has changed beside it', async () => {
    const gateway = await start();
    const query = 'subscription { shows { name defaultMinCores filter(name: "no such filter") { name } } }';
    const stream = await open(gateway, query);
    await stream.next(1);
    await looks(gateway, 'show.ShowInterface/FindFilter', 6);
    expect(stream.events).toHaveLength(1);
    await changeShow(gateway, 9);
    await stream.next(2);
    expect(
      stream.events[1].data.shows.map(({ defaultMinCores }: { defaultMinCores: number }) => defaultMinCores),
    ).toContain(9);
  });

  it('explains itself on request', async () => {
    const gateway = await start();
    const body = { query: shows, extensions: { explain: true } };
    const stream = await openStream(`${gateway.url}/graphql`, gateway.token, body);
    streams.push(stream);
    await stream.next(1);
    expect(stream.events[0].extensions.explain).toMatchObject({
      calls: 1,
      fields: [{ field: 'showGetShows', rpc: getShows, calls: 1 }],
    });
  });
});

describe('the settings of subscriptions', () => {
  it.each([
    [
      'LIVE_INTERVAL',
      '500ms',
      'LIVE_INTERVAL is 500 ms; it must lie between LIVE_MIN_INTERVAL (1000 ms) and LIVE_MAX_INTERVAL (300000 ms)',
    ],
    [
      'LIVE_MIN_INTERVAL',
      '6s',
      'LIVE_INTERVAL is 5000 ms; it must lie between LIVE_MIN_INTERVAL (6000 ms) and LIVE_MAX_INTERVAL (300000 ms)',
    ],
    [
      'LIVE_MAX_INTERVAL',
      '4s',
      'LIVE_INTERVAL is 5000 ms; it must lie between LIVE_MIN_INTERVAL (1000 ms) and LIVE_MAX_INTERVAL (4000 ms)',
    ],
  ])('must be in order: %s=%s', (name, value, problem) => {
    expect(() => testConfig({ CUEBOT_ENDPOINT: 'cuebot:8443', [name]: value })).toThrow(problem);
  });
});
