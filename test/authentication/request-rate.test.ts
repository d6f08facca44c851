import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { anonymous } from '../../src/authentication/create-authentication.ts';
import { limitRequests, type RequestRateOptions } from '../../src/authentication/request-rate.ts';
import type { Identity } from '../../src/call/identity.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

// The clock stands still but where a test moves it.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const who = (subject: string): Identity => ({ ...anonymous, subject, isNamed: true });

function open(options: Partial<RequestRateOptions> = {}) {
  const onRefused = vi.fn();
  const warn = vi.fn();
  const admit = limitRequests({
    perSecond: 1,
    perSecondOfService: 0,
    isService: ({ subject }) => subject === 'service',
    shareCounts: undefined,
    onRefused,
    logger: { ...silentLogger, warn },
    ...options,
  })!;
  /** How many of so many requests are let in. */
  const count = async (subject: string, requests: number) => {
    const settled = await Promise.allSettled(Array.from({ length: requests }, () => admit(who(subject))));
    return settled.filter(({ status }) => status === 'fulfilled').length;
  };
  return { admit, count, onRefused, warn };
}

describe('limitRequests()', () => {
  it('is nothing where nothing is limited', () => {
    expect(open({ perSecond: 0 }).admit).toBeUndefined();
  });

  it('lets five seconds’ worth of requests in at once, and the next ones when these are over', async () => {
    const { count, onRefused } = open();
    expect(await count('ann', 8)).toBe(5);
    expect(onRefused).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(await count('ann', 1)).toBe(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(await count('ann', 8)).toBe(5);
  });

  it('says how many may come, and when to come again', async () => {
    const { admit, count } = open();
    await count('ann', 5);
    await vi.advanceTimersByTimeAsync(1_500);
    await expect(admit(who('ann'))).rejects.toMatchObject({
      message: 'more than 5 requests in 5 s (RATE_LIMIT_RPS); try again in 4 s',
      reason: 'RATE_LIMITED',
      retryAfterSeconds: 4,
      rateLimit: { limit: 5, resetSeconds: 4 },
    });
  });

  it('counts each caller, and services by a limit of their own', async () => {
    const { count } = open({ perSecondOfService: 3 });
    expect(await count('ann', 10)).toBe(5);
    expect(await count('bob', 10)).toBe(5);
    expect(await count('service', 100)).toBe(15);
    expect(await open().count('service', 100)).toBe(100);
  });

  it('tells the log once in five seconds, however many are refused', async () => {
    const { count, warn } = open();
    await count('ann', 100);
    expect(warn).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(5_100);
    await count('ann', 100);
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
