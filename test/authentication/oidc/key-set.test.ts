import { describe, expect, it } from 'vitest';

import { GatewayError } from '../../../src/call/gateway-error.ts';

import { KeySet } from '../../../src/authentication/oidc/key-set.ts';
import type { KeyRing } from '../../../src/authentication/oidc/key-ring.ts';
import { createTimeline, type Timeline } from '../timeline.ts';

const second = 1_000;
const minute = 60 * second;

/** Keys that are nothing but their names. */
function ringOf(...kids: string[]): KeyRing {
  const keysOf = (kid: string | undefined) => (kid === undefined ? kids : kids.filter((each) => each === kid));
  return {
    size: kids.length,
    find: (algorithm, kid) => (algorithm === 'RS256' ? keysOf(kid) : []) as never,
    has: (kid) => kids.includes(kid),
  };
}

interface Setup extends Timeline {
  readonly set: KeySet;
  /** What the issuer publishes; an error: it is down. */
  issuer: { keys: string[] | Error };
  /** By how much the clock of the wall is ahead of the timers. */
  readonly clock: { aheadMs: number };
  /** When fetches began, in milliseconds since the beginning. */
  readonly fetchedAt: number[];
  /** What a token with this `kid` gets: names of keys, or the reason of its refusal. */
  readonly ask: (kid?: string, issuedAtMs?: number, algorithm?: string) => Promise<readonly string[] | string>;
}

function setUp(keys: string[] | Error = ['a'], random = 0): Setup {
  const timeline = createTimeline();
  const fetchedAt: number[] = [];
  const clock = { aheadMs: 0 };
  const issuer: Setup['issuer'] = { keys };
  const ignore = () => {};
  const set = new KeySet({
    issuer: 'https://issuer.example',
    load: async () => {
      fetchedAt.push(timeline.now());
      // An answer takes a turn of the event loop.
      await new Promise(setImmediate);
      if (issuer.keys instanceof Error) throw issuer.keys;
      return ringOf(...issuer.keys);
    },
    now: () => timeline.now() + clock.aheadMs,
    schedule: timeline.schedule,
    random: () => random,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  return {
    ...timeline,
    set,
    issuer,
    clock,
    fetchedAt,
    ask: async (kid, issuedAtMs, algorithm = 'RS256') => {
      try {
        return (await set.find(algorithm, kid, issuedAtMs)) as never;
      } catch (error) {
        if (error instanceof GatewayError) return error.reason;
        throw error;
      }
    },
  };
}

const down = new Error('down');

describe('KeySet', () => {
  it('has keys at hand without waiting', async () => {
    const { set, fetchedAt } = setUp(['a', 'b']);
    await set.start();
    expect([set.find('RS256', 'b'), set.find('RS256', undefined)]).toEqual([['b'], ['a', 'b']]);
    expect(fetchedAt).toEqual([0]);
  });

  it('fetches them again in the background, before they are asked for', async () => {
    const { set, advance, fetchedAt, issuer, ask } = setUp(['a']);
    await set.start();
    issuer.keys = ['b'];
    await advance(4.5 * minute);
    expect(fetchedAt).toEqual([0, 4.5 * minute]);
    expect(set.find('RS256', 'b')).toEqual(['b']);
    expect(await ask('a')).toEqual([]);
  });

  it.each([
    [0, 4.5 * minute],
    [0.5, 4.75 * minute],
    [0.99999, 5 * minute],
  ])('spreads that by chance: with %d after %d ms', async (random, expected) => {
    const { set, advance, fetchedAt } = setUp(['a'], random);
    await set.start();
    await advance(expected - second);
    expect(fetchedAt).toHaveLength(1);
    await advance(second);
    expect(fetchedAt).toHaveLength(2);
  });

  describe('while the issuer is down', () => {
    it('keeps the keys for an hour, and knows nothing then', async () => {
      const { set, advance, issuer, ask } = setUp(['a']);
      await set.start();
      issuer.keys = down;
      await advance(60 * minute);
      expect(await ask('a')).toEqual(['a']);
      expect(set.state).toMatchObject({ isUsable: true, ageMs: 60 * minute, keys: 1 });
      await advance(1);
      expect(await ask('a')).toBe('KEYS_UNAVAILABLE');
      expect(set.state).toMatchObject({ isUsable: false });
    });

    it('tries again after growing pauses, a minute at most', async () => {
      const { set, advance, fetchedAt } = setUp(down, 0.999999);
      await set.start();
      await advance(5 * minute);
      const pauses = fetchedAt.slice(1).map((at, index) => Math.round((at - fetchedAt[index]!) / second));
      expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    });

    it('tells when to try again, and takes the keys as soon as they come', async () => {
      const { set, advance, issuer, ask } = setUp(down, 0.999999);
      await set.start();
      await advance(3.5 * second);
      const refusal: unknown = await Promise.resolve(set.find('RS256', 'a')).catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        reason: 'KEYS_UNAVAILABLE',
        message: 'the token cannot be checked at the moment, because its issuer does not answer; try again',
        status: { name: 'UNAVAILABLE', httpStatus: 503 },
        retryAfterSeconds: 4,
        cause: down,
      });
      issuer.keys = ['a'];
      await advance(4 * second);
      expect(await ask('a')).toEqual(['a']);
      expect(set.state).toMatchObject({ consecutiveFailures: 0, failures: 3, fetches: 4, keys: 1 });
    });

    it('does not fetch because of requests', async () => {
      const { set, ask, fetchedAt } = setUp(down);
      await set.start();
      await Promise.all(Array.from({ length: 100 }, () => ask('a')));
      expect(fetchedAt).toHaveLength(1);
    });

    it('does not blame a token whose key may be new', async () => {
      const { set, advance, issuer, ask } = setUp(['a']);
      await set.start();
      issuer.keys = down;
      await advance(10 * minute);
      expect(await ask('b')).toBe('KEYS_UNAVAILABLE');
      expect(await ask('a')).toEqual(['a']);
    });
  });

  describe('asked for an unknown key', () => {
    it('fetches at once, once for all who wait', async () => {
      const { set, advance, issuer, ask, fetchedAt } = setUp(['a']);
      await set.start();
      await advance(second);
      issuer.keys = ['a', 'b'];
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask('b')));
      expect(new Set(answers.flat())).toEqual(new Set(['b']));
      expect(fetchedAt).toEqual([0, second]);
    });

    it('fetches once in 30 seconds, however many names are made up', async () => {
      const { set, advance, ask, fetchedAt } = setUp(['a']);
      await set.start();
      for (let step = 0; step < 90; step += 1) {
        for (const kid of [`x${step}`, `y${step}`]) expect(await ask(kid)).toEqual([]);
        await advance(second);
      }
      expect(fetchedAt).toEqual([0, 0, 30 * second, 60 * second, 90 * second]);
    });

    it('within the 30 seconds learns it at their end, with nobody asking again', async () => {
      const { set, advance, issuer, ask, fetchedAt } = setUp(['a']);
      await set.start();
      expect(await ask('made-up')).toEqual([]);
      issuer.keys = ['a', 'b'];
      await advance(10 * second);
      expect(await ask('b')).toEqual([]);
      await advance(20 * second);
      expect(fetchedAt).toEqual([0, 0, 30 * second]);
      expect(set.find('RS256', 'b')).toEqual(['b']);
    });

    it('within the 30 seconds blames no token that was issued since the last fetch, and says when to come again', async () => {
      const { set, advance, issuer, ask, now } = setUp(['a']);
      await set.start();
      expect(await ask('made-up')).toEqual([]);
      await advance(10 * second);
      issuer.keys = ['a', 'b'];
      const refusal: unknown = await Promise.resolve(set.find('RS256', 'b', now())).catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        reason: 'KEYS_UNAVAILABLE',
        message: 'the token cannot be checked at the moment, because its key is not known yet; try again',
        retryAfterSeconds: 20,
      });
      expect(await ask('b', 0)).toEqual([]);
      await advance(20 * second);
      expect(await ask('b', 10 * second)).toEqual(['b']);
      expect(await ask('c', 10 * second)).toEqual([]);
    });

    it('is not held up by the fetch that its age had caused', async () => {
      const { set, advance, issuer, ask } = setUp(['a']);
      await set.start();
      await advance(4.5 * minute);
      issuer.keys = ['a', 'b'];
      await advance(second);
      expect(await ask('b')).toEqual(['b']);
    });
  });

  describe('asked for a key that is published and does not fit', () => {
    const later = 10 * second;

    it('says so at once, and fetches nothing', async () => {
      const { set, ask, fetchedAt } = setUp(['a']);
      await set.start();
      for (let time = 0; time < 3; time += 1) expect(await ask('a', later, 'PS256')).toEqual([]);
      expect(fetchedAt).toEqual([0]);
    });

    it('says so also while the issuer is down', async () => {
      const { set, advance, issuer, ask } = setUp(['a']);
      await set.start();
      issuer.keys = down;
      await advance(10 * minute);
      expect(await ask('a', later, 'PS256')).toEqual([]);
      expect(await ask('b', later, 'PS256')).toBe('KEYS_UNAVAILABLE');
    });
  });

  describe('whose clock jumps', () => {
    const hours = 2 * 60 * minute;

    it.each([
      ['forward', hours],
      ['back', -hours],
    ])('two hours %s fetches at once, once for all who wait', async (_, aheadMs) => {
      const { set, advance, ask, fetchedAt, clock } = setUp(['a']);
      await set.start();
      await advance(second);
      clock.aheadMs = aheadMs;
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask('a')));
      expect(new Set(answers.flat())).toEqual(new Set(['a']));
      expect(set.state).toMatchObject({ isUsable: true, ageMs: 0 });
      expect(fetchedAt).toEqual([0, second]);
    });

    it('and whose issuer is down then is asked again after the usual pauses, whatever comes', async () => {
      const { set, ask, fetchedAt, clock, issuer } = setUp(['a']);
      await set.start();
      clock.aheadMs = hours;
      issuer.keys = down;
      for (let time = 0; time < 20; time += 1) expect(await ask('a')).toBe('KEYS_UNAVAILABLE');
      expect(fetchedAt).toHaveLength(2);
    });

    it('back still fetches for a token that names an unknown key', async () => {
      const { set, advance, ask, clock, issuer } = setUp(['a']);
      await set.start();
      expect(await ask('made-up')).toEqual([]);
      await advance(second);
      clock.aheadMs = -10 * minute;
      issuer.keys = ['a', 'b'];
      expect(await ask('b')).toEqual(['b']);
    });
  });

  it('lets those who come before the first keys wait for them', async () => {
    const { set, ask } = setUp(['a']);
    const started = set.start();
    expect(await ask('a')).toEqual(['a']);
    await started;
  });

  it('fetches no more after it was closed', async () => {
    const { set, advance, fetchedAt } = setUp(['a']);
    await set.start();
    set.close();
    await advance(60 * minute);
    expect(fetchedAt).toEqual([0]);
  });
});
