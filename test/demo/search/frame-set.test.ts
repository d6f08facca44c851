import { describe, expect, test } from 'vitest';

import { expandFrameSet } from '../../../src/demo/search/frame-set.ts';

describe('expandFrameSet()', () => {
  test.each([
    ['7', [7]],
    ['-3', [-3]],
    ['1-5', [1, 2, 3, 4, 5]],
    ['5-1', [5, 4, 3, 2, 1]],
    ['1-10x3', [1, 4, 7, 10]],
    ['1-6y2', [2, 4, 6]],
    ['1-4:2', [1, 2, 3, 4]],
    ['1,4, 7-8', [1, 4, 7, 8]],
    ['-2-1', [-2, -1, 0, 1]],
    ['3,3,1-3', [3, 1, 2]],
  ])('expands %s', (expression, frames) => {
    expect([...(expandFrameSet(expression) ?? [])]).toEqual(frames);
  });

  test.each(['', 'a', '1-', '1--', '1-10x0', '1-10z2', '1,,2', '0-99999999'])('does not parse %j', (expression) => {
    expect(expandFrameSet(expression)).toBeUndefined();
  });
});
