import { afterEach, describe, expect, it, vi } from 'vitest';

import { httpDate } from '../../src/rest/send-answer.ts';

describe('httpDate()', () => {
  afterEach(() => void vi.useRealTimers());

  it('follows the clock, forwards and backwards', () => {
    vi.useFakeTimers();
    vi.setSystemTime(new Date('1994-11-06T08:49:37.999Z'));
    expect(httpDate()).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    vi.setSystemTime(new Date('1994-11-06T08:49:38.000Z'));
    expect(httpDate()).toBe('Sun, 06 Nov 1994 08:49:38 GMT');
    vi.setSystemTime(new Date('1994-11-06T08:49:36.000Z'));
    expect(httpDate()).toBe('Sun, 06 Nov 1994 08:49:36 GMT');
  });
});
