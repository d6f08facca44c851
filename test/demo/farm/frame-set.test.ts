import { describe, expect, test } from 'vitest';

import { chunkFrames, expandFrameSet } from '../../../src/demo/farm/frame-set.ts';

describe('expandFrameSet()', () => {
  test.each([
    ['7', [7]],
    ['-3', [-3]],
    ['1-5', [1, 2, 3, 4, 5]],
    ['5-1', [5, 4, 3, 2, 1]],
    ['1-10x3', [1, 4, 7, 10]],
    ['10-1x-3', [10, 7, 4, 1]],
    ['1-6y2', [2, 4, 6]],
    ['1-6:4', [1, 5, 3, 2, 4, 6]],
    ['1,4,7-8', [1, 4, 7, 8]],
    ['-2-1', [-2, -1, 0, 1]],
    ['3,3,1-3', [3, 3, 1, 2, 3]],
    ['1-2,', [1, 2]],
  ])('expands %s', (expression, frames) => {
    expect(expandFrameSet(expression)).toEqual(frames);
  });

  test.each([
    ['', 'unrecognized frame range syntax '],
    ['abc', 'unrecognized frame range syntax abc'],
    ['1-', 'unrecognized frame range syntax 1-'],
    ['1, 2', 'unrecognized frame range syntax  2'],
    ['1,,2', 'unrecognized frame range syntax '],
    ['1-10z2', 'unrecognized frame range syntax 1-10z2'],
    ['0-99999999', 'unrecognized frame range syntax 0-99999999'],
    ['1-10x0', 'step cannot be zero'],
    ['10-1x2', 'end frame may not be less than start frame when using a positive step'],
    ['1-10x-2', 'end frame may not be greater than start frame when using a negative step'],
  ])('refuses %j', (expression, text) => {
    expect(() => expandFrameSet(expression)).toThrow(`java.lang.IllegalArgumentException: ${text}\n${text}`);
  });
});

describe('chunkFrames()', () => {
  test.each([
    ['1-6', 1, [1, 2, 3, 4, 5, 6]],
    ['1-6', 4, [1, 5]],
    ['1-6', 100, [1]],
    ['3,3,1-3', 1, [3, 1, 2]],
  ])('gives the frames of %s in chunks of %i', (range, chunkSize, frames) => {
    expect(chunkFrames(range, chunkSize)).toEqual(frames);
  });
});
