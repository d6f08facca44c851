import { describe, expect, it } from 'vitest';

import { parseTimeout } from '../../src/rest/parse-timeout.ts';

describe('parseTimeout()', () => {
  it.each([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['1S', 1_000],
    ['00005S', 5_000],
    ['100m', 100],
    ['5000000u', 5_000],
    ['1500n', 0.0015],
    ['999999999S', 999_999_999_000],
    ['100000000H', 9_223_372_036_854],
    ['9223372036854775807H', 9_223_372_036_854],
  ])('reads %s as %d ms', (header, ms) => {
    expect(parseTimeout(header)).toBeCloseTo(ms, 9);
  });

  it.each(['', '0S', '000n'])('reads %j as no limit', (header) => {
    expect(parseTimeout(header)).toBe('none');
  });

  it.each([
    '1',
    'S',
    '1s',
    '1X',
    'abc',
    '1.5S',
    '1_0S',
    ' 1S',
    '+5S',
    '-1S',
    '1e3S',
    '1S\n',
    '٣S',
    '9223372036854775808S',
    '99999999999999999999S',
  ])('refuses %j', (header) => {
    expect(parseTimeout(header)).toBeUndefined();
  });
});
