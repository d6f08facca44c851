import { describe, expect, it } from 'vitest';

import { compileWireToJsonInSlices } from '../../../src/codec/json/in-slices.ts';
import { compileWireToJson } from '../../../src/codec/json/wire-to-json.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import type { Json } from '../../json.ts';
import { bytes, int } from '../wire-bytes.ts';

const registry = loadProtoFiles(['test/codec/deep.proto']);
const node = registry.messages.get('deep.v1.Node')!;
const typeUrl = 'x/deep.v1.Node';

/** One level of nesting: how it lies on the wire, how many messages it opens, and how its JSON is entered. */
interface Level {
  readonly wrap: (inner: Buffer) => Buffer;
  readonly messages: number;
  readonly enter: (json: Json) => unknown;
}

const levels: Readonly<Record<string, Level>> = {
  'a message': { wrap: (inner) => bytes(2, inner), messages: 1, enter: ({ next }) => next },
  'a list': { wrap: (inner) => bytes(3, inner), messages: 1, enter: ({ list }) => list[0] },
  'the second of a list': {
    wrap: (inner) => Buffer.concat([bytes(3, bytes(1, 'first')), bytes(3, inner), bytes(3)]),
    messages: 1,
    enter: ({ list }) => (list.length === 3 && list[0].name === 'first' ? list[1] : undefined),
  },
  'a map': {
    wrap: (inner) => bytes(4, bytes(1, 'k'), bytes(2, inner)),
    messages: 1,
    enter: ({ byWord }) => byWord.k,
  },
  'an Any': { wrap: (inner) => bytes(5, bytes(1, typeUrl), bytes(2, inner)), messages: 2, enter: ({ any }) => any },
  'a message among others, out of order': {
    wrap: (inner) => Buffer.concat([int(7, 1), bytes(2, inner), bytes(1, 'x')]),
    messages: 1,
    enter: ({ name, next, last }) => (name === 'x' && last === 1 ? next : undefined),
  },
};

function nest(wrap: Level['wrap'], depth: number, innermost: Buffer): Buffer {
  let wire = innermost;
  for (let level = 0; level < depth; level += 1) wire = wrap(wire);
  return wire;
}

/** What stands at the end of the way in, which is too long for a function that calls itself. */
function follow(json: unknown, enter: Level['enter'], depth: number): unknown {
  let inner = json;
  for (let level = 0; level < depth; level += 1) inner = enter(inner);
  return inner;
}

const deepest = 10_000;

describe.each(['compact', 'spaced'] as const)('in the %s style', (style) => {
  const toJson = compileWireToJson(node, registry, style);

  it.each(Object.entries(levels))('%s nests as deep as protobuf-go reads', (_, { wrap, messages, enter }) => {
    const depth = Math.floor((deepest - 1) / messages);
    const json = toJson(nest(wrap, depth, bytes(1, 'innermost')));
    expect(follow(JSON.parse(json.toString()), enter, depth)).toMatchObject({ name: 'innermost' });
    expect(() => toJson(nest(wrap, depth + 1, bytes(1, 'innermost')))).toThrow('exceeded maximum recursion depth');
    // What was put off does not reach into what is written next.
    expect(JSON.parse(toJson(bytes(1, 'next')).toString())).toMatchObject({ name: 'next', next: null });
  });

  it('a Value nests as deep', () => {
    const depth = 4_999;
    const wire = bytes(
      6,
      nest((inner) => bytes(6, bytes(1, inner)), depth, bytes(3, 'innermost')),
    );
    const { value } = JSON.parse(toJson(wire).toString());
    expect(follow(value, (list) => (list as unknown[])[0], depth)).toBe('innermost');
  });

  it('the text is the same byte for byte as that of a shallow message', () => {
    const [before, after] = toJson(bytes(2))
      .toString()
      .split(toJson(Buffer.alloc(0)).toString());
    const depth = 1_000;
    const json = toJson(nest((inner) => bytes(2, inner), depth, Buffer.alloc(0))).toString();
    expect(json).toBe(before!.repeat(depth) + toJson(Buffer.alloc(0)).toString() + after!.repeat(depth));
  });

  it('a long reply is written in slices, and is the same', async () => {
    const row = bytes(
      3,
      nest((inner) => bytes(2, inner), 4_000, bytes(1, 'innermost')),
    );
    const wire = Buffer.concat(Array.from({ length: 30 }, () => row));
    for (const long of [wire, nest((inner) => bytes(2, inner), 3_000, wire)]) {
      const json = await compileWireToJsonInSlices(node, registry, style)(long, () => undefined);
      expect(json.equals(toJson(long))).toBe(true);
    }
  });
});
