import { beforeEach, describe, expect, it } from 'vitest';

import { FailureLimiter } from '../../src/authentication/failure-limiter.ts';
import type { GatewayError } from '../../src/call/gateway-error.ts';

const clock = { ms: 0 };
let limiter: FailureLimiter;
let guesses: number;

beforeEach(() => {
  [clock.ms, guesses] = [1_000_000, 0];
  limiter = new FailureLimiter({ perMinute: 6, now: () => clock.ms });
});

const guess = (address = '203.0.113.9', times = 1) => {
  for (let time = 0; time < times; time += 1) {
    guesses += 1;
    limiter.noteFailure(address, `guess ${guesses}`);
  }
};

/** In how many seconds somebody may come again; 0: now. */
function pauseOf(address = '203.0.113.9'): number {
  try {
    limiter.assertOpen(address);
    return 0;
  } catch (error) {
    expect(error).toMatchObject({ reason: 'TOO_MANY_FAILURES', status: { httpStatus: 429 }, origin: 'gateway' });
    return (error as GatewayError).retryAfterSeconds!;
  }
}

describe('a FailureLimiter', () => {
  it('bears as many guesses in a minute as it was told', () => {
    guess('203.0.113.9', 5);
    expect(pauseOf()).toBe(0);
    guess();
    expect(pauseOf()).toBe(1);
  });

  it('says when to come again', () => {
    guess('203.0.113.9', 6);
    expect(() => limiter.assertOpen('203.0.113.9')).toThrow(
      'too many credentials from this address were refused; try again in 1 s',
    );
    clock.ms += 999;
    expect(pauseOf()).toBe(1);
    clock.ms += 1;
    expect(pauseOf()).toBe(0);
  });

  it('closes for longer and longer as it goes on, up to a minute', () => {
    const pauses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      while (pauseOf() === 0) guess();
      pauses.push(pauseOf());
      clock.ms += pauseOf() * 1_000;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('begins anew after a minute without guesses', () => {
    for (let round = 0; round < 4; round += 1) {
      while (pauseOf() === 0) guess();
      clock.ms += pauseOf() * 1_000;
    }
    clock.ms += 60_000;
    guess('203.0.113.9', 5);
    expect(pauseOf()).toBe(0);
    guess();
    expect(pauseOf()).toBe(1);
  });

  it('does not take for guessing what is shown again and again', () => {
    for (let time = 0; time < 1_000; time += 1) limiter.noteFailure('203.0.113.9', `one of ${time % 3}`);
    expect(pauseOf()).toBe(0);
  });

  it('tells addresses apart, those of IPv6 by their networks', () => {
    guess('203.0.113.9', 6);
    expect(pauseOf('203.0.113.10')).toBe(0);
    for (let host = 1; host <= 6; host += 1) guess(`2001:db8:0:1::${host}`);
    expect(pauseOf('2001:db8:0:1:ffff::1')).toBe(1);
    expect(pauseOf('2001:db8:0:2::1')).toBe(0);
  });

  it.each(['127.0.0.1', '127.1.2.3', '::1'])('never closes for this machine: %s', (address) => {
    guess(address, 1_000);
    expect(pauseOf(address)).toBe(0);
  });

  it('lets pass whose connection is gone', () => {
    limiter.noteFailure(undefined, 'x');
    expect(() => limiter.assertOpen(undefined)).not.toThrow();
  });

  it('is not closed for longer by what was under way when it closed', () => {
    guess('203.0.113.9', 66);
    expect(pauseOf()).toBe(1);
  });

  it('keeps to its pauses when the clock is set back', () => {
    guess('203.0.113.9', 6);
    clock.ms -= 2 * 3_600_000;
    expect(pauseOf()).toBe(1);
    clock.ms += 1_000;
    expect(pauseOf()).toBe(0);
    guess('203.0.113.9', 6);
    expect(pauseOf()).toBe(2);
  });

  it('knows a bounded number of addresses, the latest ones among them', () => {
    guess('203.0.113.1', 6);
    for (let address = 0; address < 20_000; address += 1) guess(`10.${address >> 8}.${address & 255}.1`, 1);
    guess('203.0.113.9', 6);
    for (let address = 0; address < 4_000; address += 1) guess(`11.${address >> 8}.${address & 255}.1`, 1);
    expect(pauseOf()).toBe(1);
    expect(pauseOf('203.0.113.1')).toBe(0);
  });
});
