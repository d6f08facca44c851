import { expect, it } from 'vitest';

import { readExamples } from '../../src/openapi/read-examples.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

const registry = loadProtoFiles(['test/openapi/kinds.proto']);
const read = (text: string, mustMatch = true) => readExamples({ fileName: 'examples.yaml', text }, registry, mustMatch);

it('reads requests by their RPC', () => {
  expect(read('kinds.Garden/FindTree: { request: { like: {} } }')).toEqual(
    new Map([['kinds.Garden/FindTree', { like: {} }]]),
  );
});

it('refuses an RPC that is not there, unless the protos are others', () => {
  const text = 'kinds.Garden/FindTre: { request: {} }';
  expect(() => read(text)).toThrow('the protos have no kinds.Garden/FindTre; did you mean "kinds.Garden/FindTree"?');
  expect(read(text, false).size).toBe(1);
});
