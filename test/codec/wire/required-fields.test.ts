import { describe, expect, it } from 'vitest';

import { compileJsonToWireInSlices } from '../../../src/codec/json/in-slices.ts';
import { compileJsonToWire } from '../../../src/codec/json/json-to-wire.ts';
import { compileValueToWire } from '../../../src/codec/value/value-to-wire.ts';
import { compileFindMissing } from '../../../src/codec/wire/required-fields.ts';
import { linkRegistry } from '../../../src/registry/linking/link-registry.ts';
import { parseProtoFile } from '../../../src/registry/parsing/parse-proto-file.ts';
import { bytes } from '../wire-bytes.ts';

const { file } = parseProtoFile(
  `package ns;
   message M {
     optional string late = 9;
     required int32 b = 5;
     optional Inner inner = 2;
     map<string, Inner> by_word = 3;
     repeated Inner list = 4;
     oneof o { Inner one = 6; string word = 7; }
     optional M again = 8;
   }
   message Inner { required string word = 1; }
   message Free { optional string word = 1; repeated Free more = 2; }`,
  'a.proto',
);
const registry = linkRegistry([file]);
const message = registry.messages.get('ns.M')!;

describe('a required field that is missing', () => {
  it.each([
    ['in the message', '{"late":"x"}', 'ns.M.b'],
    ['by null', '{"b":null}', 'ns.M.b'],
    ['nowhere', '{"b":0}', undefined],
    ['in a message of a smaller number', '{"inner":{}}', 'ns.Inner.word'],
    ['in a message of a greater number', '{"one":{}}', 'ns.M.b'],
    ['in a list', '{"b":1,"list":[{"word":""},{}]}', 'ns.Inner.word'],
    ['in a map', '{"b":1,"byWord":{"x":{"word":"y"},"z":{}}}', 'ns.Inner.word'],
    ['in a oneof', '{"b":1,"one":{}}', 'ns.Inner.word'],
    ['nowhere in a oneof', '{"b":1,"word":""}', undefined],
    ['in a message of its own type', '{"b":1,"again":{"b":1,"again":{}}}', 'ns.M.b'],
    ['nowhere at all', '{"b":1,"inner":{"word":""},"again":{"b":1}}', undefined],
  ])('%s', async (_, json, missing) => {
    const text = missing === undefined ? undefined : `proto: required field ${missing} not set`;
    const body = Buffer.from(json);
    const toWire = () => compileJsonToWire(message, registry)(body);
    if (text === undefined) expect(toWire).not.toThrow();
    else expect(toWire).toThrow(expect.objectContaining({ name: 'JsonError', message: text }));
    const long = Buffer.concat([Buffer.from(`{"unknown":"${'x'.repeat(300_000)}",`), body.subarray(1)]);
    const inSlices = compileJsonToWireInSlices(message, registry)(long, () => undefined).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(await inSlices).toBe(text);
  });

  it('is told by the style of the errors', () => {
    const toWire = compileJsonToWire(message, registry, 'spaced');
    expect(() => toWire(Buffer.from('{}'))).toThrow('proto:\u00a0required field ns.M.b not set');
  });

  it('is told of plain values', () => {
    const toWire = compileValueToWire(message, registry);
    expect(() => toWire({ late: 'x' })).toThrow('the required field ns.M.b is not set');
    expect(toWire({ b: 1 }).toString('hex')).toBe('2801');
  });

  it('is looked for in the message that the wire means', () => {
    const find = compileFindMissing(message)!;
    const b = Buffer.from('2801', 'hex');
    const word = bytes(1, 'x');
    const nothing = Buffer.alloc(0);
    // Occurrences of one message are one; the last member of a oneof counts; an entry without a value has an empty one.
    expect(find(Buffer.concat([b, bytes(2, nothing), bytes(2, word)]))).toBeUndefined();
    expect(find(Buffer.concat([b, bytes(6, nothing), bytes(7, 'x')]))).toBeUndefined();
    expect(find(Buffer.concat([b, bytes(3, bytes(1, 'key'))]))).toBe('ns.Inner.word');
    expect(find(Buffer.concat([b, bytes(100, nothing)]))).toBeUndefined();
  });

  it('is looked for as deep as messages nest', () => {
    let wire = Buffer.alloc(0);
    for (let depth = 0; depth < 3_000; depth += 1) wire = Buffer.concat([Buffer.from('2801', 'hex'), bytes(8, wire)]);
    expect(compileFindMissing(message)!(wire)).toBe('ns.M.b');
  });

  it('costs nothing where no field is required', () => {
    expect(compileFindMissing(registry.messages.get('ns.Free')!)).toBeUndefined();
  });
});
