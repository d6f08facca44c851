import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { trimSpace } from '../../src/errors/trim-space.ts';

describe('trimSpace()', () => {
  it('takes spaces, tabs and line breaks off both ends, and nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\n', '\u00a0', '\f', 'a') });
    fc.assert(
      fc.property(text, (any) => {
        expect(trimSpace(any)).toBe(any.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''));
      }),
    );
  });

  it('gets through a long run of spaces in the middle', () => {
    // A pattern needs half a minute for this; the test would run out of time.
    const text = `a${' '.repeat(300_000)}b`;
    expect(trimSpace(` ${text}\n`)).toBe(text);
  });
});
