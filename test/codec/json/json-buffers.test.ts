import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  giveBackJson,
  isLent,
  lendBytes,
  maxIdleBytes,
  returnBytes,
  shareJson,
} from '../../../src/codec/json/json-buffers.ts';
import {
  closeJsonWriter,
  createJsonWriter,
  discardJson,
  type JsonWriter,
  takeJson,
  writeText,
} from '../../../src/codec/json/json-writer.ts';

/** A text that somebody holds. */
interface Held {
  readonly text: Buffer;
  readonly expected: string;
  holders: number;
}

/** What is written is told apart by its letter; lengths around the sizes of buffers, and beyond the longest that is lent. */
const lengths = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(8_191, 8_192, 16_383, 16_384, 16_385, 65_535, 65_536, 131_072) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000_000, max: 5_000_000 }) },
);
const steps = fc.oneof(
  fc.record({ does: fc.constant('write' as const), writer: fc.nat(3), length: lengths, letter: fc.nat(25) }),
  fc.record({ does: fc.constant('take' as const), writer: fc.nat(3) }),
  fc.record({ does: fc.constant('discard' as const), writer: fc.nat(3) }),
  fc.record({ does: fc.constantFrom('share' as const, 'give back' as const), which: fc.nat() }),
  fc.record({ does: fc.constant('give back once more' as const), which: fc.nat() }),
);

describe('a text in a lent buffer', () => {
  it('stays as it is until the last who holds it has given it back', () => {
    const property = fc.property(fc.array(steps, { maxLength: 60 }), (sequence) => {
      const writers: JsonWriter[] = Array.from({ length: 4 }, () => createJsonWriter('compact'));
      const written = writers.map(() => '');
      const held: Held[] = [];
      const given: Buffer[] = [];
      for (const step of sequence) {
        if (step.does === 'write') {
          const text = String.fromCharCode(97 + step.letter).repeat(step.length);
          writeText(writers[step.writer]!, text);
          written[step.writer] += text;
        } else if (step.does === 'take') {
          held.push({ text: takeJson(writers[step.writer]!), expected: written[step.writer]!, holders: 1 });
          written[step.writer] = '';
        } else if (step.does === 'discard') {
          discardJson(writers[step.writer]!);
          written[step.writer] = '';
        } else if (step.does === 'give back once more') {
          // A mistake of whoever does it, which must not take another's text away.
          if (given.length > 0) giveBackJson(given[step.which % given.length]!);
        } else if (held.length > 0) {
          const one = held[step.which % held.length]!;
          one.holders += step.does === 'share' ? 1 : -1;
          if (step.does === 'share') shareJson(one.text);
          else giveBackJson(one.text);
          if (one.holders === 0) given.push(held.splice(held.indexOf(one), 1)[0]!.text);
        }
        for (const { text, expected } of held) expect(text.equals(Buffer.from(expected))).toBe(true);
      }
      for (const [index, writer] of writers.entries()) {
        expect(takeJson(writer).toString()).toBe(written[index]);
        closeJsonWriter(writer);
      }
    });
    fc.assert(property, { numRuns: 60 });
  }, 60_000);

  it('is given back once, and its buffer is lent again', () => {
    const writer = createJsonWriter('compact');
    writeText(writer, 'a'.repeat(100_000));
    const text = takeJson(writer);
    expect(isLent(text)).toBe(true);
    giveBackJson(text);
    expect(isLent(text)).toBe(false);
    const again = lendBytes(100_000);
    expect(again.buffer).toBe(text.buffer);
    giveBackJson(text);
    expect(lendBytes(100_000).buffer).not.toBe(again.buffer);
    closeJsonWriter(writer);
  });

  it('is not lent when it is short, or longer than what is kept', () => {
    const writer = createJsonWriter('compact');
    for (const length of [10, 5_000_000]) {
      writeText(writer, 'a'.repeat(length));
      const text = takeJson(writer);
      expect(text).toHaveLength(length);
      giveBackJson(text);
      expect(lendBytes(length).buffer).not.toBe(text.buffer);
    }
    closeJsonWriter(writer);
  });
});

describe('buffers that nobody uses', () => {
  it('are kept up to a bound', () => {
    const size = 1 << 22;
    const lent = Array.from({ length: (2 * maxIdleBytes) / size }, () => lendBytes(size));
    for (const bytes of lent) returnBytes(bytes);
    const known = new Set(lent);
    const again = lent.map(() => lendBytes(size));
    const reused = again.filter((bytes) => known.has(bytes)).length;
    expect(reused).toBeGreaterThan(0);
    expect(reused * size).toBeLessThanOrEqual(maxIdleBytes);
    for (const bytes of again) returnBytes(bytes);
  });
});
