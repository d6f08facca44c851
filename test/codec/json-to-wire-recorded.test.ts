import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import { compileJsonToWire } from '../../src/codec/json/json-to-wire.ts';
import { compileWireToJson } from '../../src/codec/json/wire-to-json.ts';

/** A request body and what became of it at the Go gateway, whose backend echoes the message it gets. */
interface Recorded {
  readonly method: string;
  readonly body: string;
  /** The error's text. */
  readonly message?: string;
  /** The echo; of `Echo`, only the members that differ from the echo of an empty message. */
  readonly reply?: unknown;
  /** The message, in base64, where there is no JSON for it. */
  readonly wire?: string;
}

/**
 * What we deliberately do otherwise: protobuf-go up to 1.36.11 overlooked what follows a number inside a string; from
 * 1.36.12 on it answers as here.
 */
const otherwise: Readonly<Record<string, string>> = {
  '{"i32":"1,"}': 'proto: (line 1:8): invalid value for int32 field i32: "1,"',
  '{"i32":"1 2"}': 'proto: (line 1:8): invalid value for int32 field i32: "1 2"',
};

const registry = loadProtoFiles(['test/recorded/conf.proto']);
const recorded: Recorded[] = readFileSync('test/recorded/json-to-wire.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const cases = recorded.map((one) => ({ ...one, text: Buffer.from(one.body, 'base64').toString('latin1') }));

describe('compileJsonToWire() against what the Go gateway answered', () => {
  it.each(cases)('$method $text', ({ method, body, text, message, reply, wire }) => {
    const { input, output } = registry.methods.get(`conf.v1.Echo/${method}`)!;
    const toWire = () => compileJsonToWire(input, registry)(Buffer.from(body, 'base64'));
    const error = otherwise[text] ?? message;
    if (error !== undefined) {
      expect(toWire).toThrow(expect.objectContaining({ message: error, name: expect.stringMatching(/^Json/) }));
    } else if (wire !== undefined) {
      expect(toWire().toString('base64')).toBe(wire);
    } else {
      const toJson = compileWireToJson(output, registry);
      const echo: unknown = JSON.parse(toJson(toWire()).toString());
      expect(echo).toEqual(
        method === 'Echo' ? { ...JSON.parse(toJson(Buffer.of()).toString()), ...(reply as object) } : reply,
      );
    }
  });

  it('has every exception among the recorded cases, answered otherwise', () => {
    for (const [text, error] of Object.entries(otherwise)) {
      const found = cases.find((one) => one.text === text);
      expect(found).toBeDefined();
      expect(found?.message).not.toBe(error);
    }
  });
});
