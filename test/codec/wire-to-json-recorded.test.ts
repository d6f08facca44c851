import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../src/registry/load-proto-files.ts';

import { compileWireToJson } from '../../src/codec/wire-to-json.ts';

interface Recorded {
  readonly wire: string;
  readonly json?: string;
  readonly error?: string;
}

const registry = loadProtoFiles(['test/recorded/conf.proto']);
const message = registry.messages.get('conf.v1.All')!;
const recorded: Recorded[] = readFileSync('test/recorded/wire-to-json.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

describe('compileWireToJson() against what the Go gateway answered', () => {
  const toJson = compileWireToJson(message, registry);
  it.each(recorded)('$wire', ({ wire, json, error }) => {
    if (error === undefined) {
      expect(toJson(Buffer.from(wire, 'base64')).toString()).toBe(json);
    } else {
      const text = error.replace(/^(grpc: failed to unmarshal the received message: )?(proto: )?/, '');
      expect(() => toJson(Buffer.from(wire, 'base64'))).toThrow(
        expect.objectContaining({ name: 'WireError', message: text }),
      );
    }
  });
});
