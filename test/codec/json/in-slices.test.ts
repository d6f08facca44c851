import { describe, expect, it } from 'vitest';

import { compileJsonToWireInSlices, compileWireToJsonInSlices, type Pause } from '../../../src/codec/json/in-slices.ts';
import { compileJsonToWire } from '../../../src/codec/json/json-to-wire.ts';
import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

import { Random } from '../../graphql/execution/random/random.ts';
import { randomWire } from '../../graphql/execution/random/random-wire.ts';
import { bookshop } from '../../graphql/bookshop/bookshop.ts';
import { bytes } from '../wire-bytes.ts';

const registry = loadProtoFiles(['test/recorded/conf.proto']);
const nested = registry.messages.get('conf.v1.Nested')!;
const books = bookshop.messages.get('bookshop.catalog.BookSeq')!;
const book = bookshop.messages.get('bookshop.catalog.Book')!;

/** Counts how often it is asked, and lets others have their turn each time. */
function createPause(): Pause & { asked: number } {
  const pause = Object.assign(
    () => {
      pause.asked += 1;
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
    { asked: 0 },
  );
  return pause;
}

/** Books enough that they are written in slices; irregular ones among them. */
function longReply(seed: number): Buffer {
  const random = new Random(seed);
  const rows = Array.from({ length: 3_000 }, () => bytes(1, randomWire(book, random, { depth: 1, list: 3 })));
  return Buffer.concat(rows);
}

describe.each(['compact', 'spaced'] as const)('in the %s style', (style) => {
  const atOnce = compileWireToJson(books, bookshop, style);
  const inSlices = compileWireToJsonInSlices(books, bookshop, style);

  it.each([1, 2, 3])('a long reply becomes the same JSON in slices as at once (seed %i)', async (seed) => {
    const pause = createPause();
    const wire = longReply(seed);
    expect((await inSlices(wire, pause)).equals(atOnce(wire))).toBe(true);
    expect(pause.asked).toBeGreaterThan(10);
  });

  it('a short one is written at once', async () => {
    const pause = createPause();
    const wire = bytes(1, bytes(1, 'b1'));
    expect((await inSlices(wire, pause)).toString()).toBe(atOnce(wire).toString());
    expect(pause.asked).toBe(0);
  });

  it('lists inside messages of a long one are written in slices, too', async () => {
    const kid = bytes(4, bytes(1, 'x'.repeat(100)));
    const wire = Buffer.concat([bytes(1, 'top'), bytes(3, Buffer.concat(Array.from({ length: 4_000 }, () => kid)))]);
    const pause = createPause();
    const json = await compileWireToJsonInSlices(nested, registry, style)(wire, pause);
    expect(json.equals(compileWireToJson(nested, registry, style)(wire))).toBe(true);
    expect(pause.asked).toBeGreaterThan(100);
  });

  it('a fault in a long one is the same error', async () => {
    const wire = Buffer.concat([longReply(4), bytes(1, bytes(2, Buffer.from([0xff])))]);
    const expected = (() => {
      try {
        return atOnce(wire);
      } catch (error) {
        return error;
      }
    })();
    await expect(inSlices(wire, createPause())).rejects.toEqual(expected);
  });
});

describe('a long request', () => {
  it('becomes the same message in slices as at once', async () => {
    const json = Buffer.from(
      JSON.stringify({ kids: Array.from({ length: 5_000 }, (_, n) => ({ name: 'ü"\\'.repeat(20), n })) }),
    );
    const pause = createPause();
    const wire = await compileJsonToWireInSlices(nested, registry)(json, pause);
    expect(wire.equals(compileJsonToWire(nested, registry)(json))).toBe(true);
    expect(pause.asked).toBeGreaterThan(10);
  });

  describe.each([
    ['plain', 'x'],
    ['of escapes', '\\u00e9'],
    ['of pairs of escapes', '\\ud83d\\ude00'],
    ['beyond ASCII', '語'],
    ['of quotes and slashes', '\\"\\\\/\\n'],
    ['of everything', 'a語\\u00e9\\ud83d\\ude00\\"é'],
  ])('with a long string %s', (_, unit) => {
    const long = unit.repeat(Math.ceil(1_200_000 / Buffer.byteLength(unit)));

    it('becomes the same message, and no step of it is long', async () => {
      // Shifted by a byte each, so that the steps end at every place of a character.
      for (const shift of ['', 'ab']) {
        const json = Buffer.from(`{"kids":[{"name":"${shift}${long}"}],"name":"short","unknown":"${long}"}`);
        const pause = createPause();
        const wire = await compileJsonToWireInSlices(nested, registry)(json, pause);
        expect(wire.equals(compileJsonToWire(nested, registry)(json))).toBe(true);
        expect(pause.asked).toBeGreaterThan(4);
      }
    });

    it.each([
      ['an escape that there is not', '\\x'],
      ['half an escape', '\\u00'],
      ['half a pair', '\\ud83d'],
      ['a control character', '\n'],
      ['no end', undefined],
    ])('is refused in the same words with %s', async (__, mistake) => {
      const json = Buffer.from(`{"name":"${long}${mistake === undefined ? '' : `${mistake}x","n":1}`}`);
      const expected = (() => {
        try {
          compileJsonToWire(nested, registry)(json);
          return undefined;
        } catch (error) {
          return error;
        }
      })();
      expect(expected).toBeInstanceOf(Error);
      await expect(compileJsonToWireInSlices(nested, registry)(json, createPause())).rejects.toEqual(expected);
    });
  });

  const space = ' \n\t\r'.repeat(700_000);
  const all = registry.messages.get('conf.v1.All')!;
  it.each([
    ['white space in front', 1_000_000, nested, `${space}{"name":"a"}`],
    [
      'white space at every place',
      1_000_000,
      nested,
      `{${space}"name"${space}:${space}"a"${space},${space}"kids"${space}:${space}[{${space}}]}`,
    ],
    ['white space in an empty list', 1_000_000, nested, `{"kids":[${space}]${space},"n":1}`],
    ['a long name that no field has', 1_000_000, nested, `{"name":"a","${'x\\u00e9'.repeat(500_000)}":1,"n":2}`],
    ['a long first name', 1_000_000, nested, `{"${'x'.repeat(3_000_000)}"${space}:{},"n":2}`],
    ['many unknown members', 300_000, nested, `{"n":2,${'"unknown":1,'.repeat(200_000)}"name":"a"}`],
    [
      'an unknown member of many objects',
      300_000,
      nested,
      `{"n":2,"unknown":[${'{"a":[1,{}]},'.repeat(200_000)}{}],"name":"a"}`,
    ],
    [
      'an Any of many numbers',
      300_000,
      all,
      `{"any":{"@type":"x/conf.v1.All","ri":[${'12,'.repeat(900_000)}1]},"s":"b"}`,
    ],
    [
      'an Any whose type comes last',
      300_000,
      all,
      `{"any":{"ri":[${'12,'.repeat(900_000)}1],"@type":"x/conf.v1.All"}}`,
    ],
    ['an Any without a type', 300_000, all, `{"any":{"ri":[${'12,'.repeat(900_000)}1]},"s":"b"}`],
    [
      'an Any of a Struct',
      300_000,
      all,
      `{"any":{"x":[${'1,'.repeat(300_000)}1],"@type":"x/google.protobuf.Struct","value":{"a":[${'1,'.repeat(300_000)}1]}}}`,
    ],
    [
      'Anys in Anys',
      300_000,
      all,
      `{"any":${'{"@type":"x/google.protobuf.Any","value":'.repeat(20)}{"@type":"x/conf.v1.All","ri":[${'12,'.repeat(900_000)}1]}${'}'.repeat(20)}}`,
    ],
    ['much base64', 300_000, all, `{"by":"${'aGVsbG8h'.repeat(400_000)}","s":"b"}`],
    ['much base64 in short lines', 300_000, all, `{"by":"${'aGVs\\nbG8h\\n'.repeat(200_000)}","s":"b"}`],
    ['many numbers', 300_000, all, `{"ri":[${'12,'.repeat(900_000)}1],"rs":["a"]}`],
    ['many texts', 300_000, all, `{"rs":[${'"abc",'.repeat(500_000)}"d"]}`],
    ['many entries', 300_000, all, `{"mls":{${Array.from({ length: 100_000 }, (_, n) => `"${n}":"value"`).join()}}}`],
  ])('with %s becomes the same message, and no step of it is long', async (_, bytesPerStep, message, text) => {
    const json = Buffer.from(text);
    const pause = createPause();
    const wire = await compileJsonToWireInSlices(message, registry)(json, pause);
    expect(wire.equals(compileJsonToWire(message, registry)(json))).toBe(true);
    expect(wire.length).toBeGreaterThan(0);
    expect(pause.asked).toBeGreaterThanOrEqual(Math.floor(json.length / bytesPerStep));
  });

  it('with bytes in a long string that are no UTF-8 is the same error', async () => {
    const json = Buffer.concat([
      Buffer.from('{"n":1,"name":"'),
      Buffer.alloc(1_500_000, 'é'),
      Buffer.from([0xc3, 0x22, 0x7d]),
    ]);
    const expected = (() => {
      try {
        return compileJsonToWire(nested, registry)(json);
      } catch (error) {
        return error;
      }
    })();
    expect(expected).toBeInstanceOf(Error);
    await expect(compileJsonToWireInSlices(nested, registry)(json, createPause())).rejects.toEqual(expected);
  });

  it('with base64 that goes wrong far on is the same error', async () => {
    const json = Buffer.from(`{"s":"a","by":"${'aGVsbG8h'.repeat(400_000)}!bad"}`);
    expect(() => compileJsonToWire(all, registry)(json)).toThrow('invalid value for bytes field by');
    const expected = compileJsonToWireInSlices(all, registry)(json, createPause());
    await expect(expected).rejects.toThrow(/^proto: \(line 1:15\): invalid value for bytes field by: "aGVs/);
  });

  it('with a mistake is the same error', async () => {
    const json = Buffer.from(
      JSON.stringify({ kids: [...Array.from({ length: 9_000 }, () => ({ name: 'x'.repeat(40) })), { n: 'x' }] }),
    );
    await expect(compileJsonToWireInSlices(nested, registry)(json, createPause())).rejects.toThrow(
      /invalid value for int32 field n/,
    );
  });

  it('reads escapes of every length of UTF-8', () => {
    const text = '\u0041\u00e9\u20ac\u{1f600}\u0000';
    const escaped = [...text].map((one) =>
      one
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
    );
    const upper = escaped.map((one) => one.toUpperCase().replaceAll('U', 'u'));
    const wire = compileJsonToWire(nested, registry)(Buffer.from(`{"name":"${escaped.join('')}${upper.join('-')}"}`));
    expect(wire.subarray(2).toString()).toBe(`${text}${'A-é-€-😀-\u0000'}`);
  });
});
