import { expect, it } from 'vitest';

import { readExamples } from '../../src/openapi/read-examples.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

const registry = loadProtoFiles(['test/openapi/kinds.proto']);
const read = (text: string, mustMatch = true) => readExamples({ fileName: 'examples.yaml', text }, registry, mustMatch);
const method = (name: string) => registry.methods.get(`kinds.Garden/${name}`)!;

it('puts a request together from what is known of its RPC and of its messages', () => {
  const exampleOf = read(
    '{ messages: { kinds.Leaf: { size: 3 } }, rpcs: { kinds.Garden/CutTree: { like: { size: 4 } } } }',
  );
  expect(exampleOf(method('FindTree'))).toEqual({ like: { size: 3 } });
  expect(exampleOf(method('CutTree'))).toEqual({ like: { size: 4 } });
});

it('knows none where nothing is known', () => {
  expect(read('{ messages: {}, rpcs: {} }')(method('FindTree'))).toBeUndefined();
});

it('refuses names that are not there, unless the protos are others', () => {
  const text = '{ messages: { kinds.Lea: {} }, rpcs: { kinds.Garden/FindTre: {} } }';
  expect(() => read(text)).toThrow('the protos have no kinds.Garden/FindTre; did you mean "kinds.Garden/FindTree"?');
  expect(() => read(text)).toThrow('the protos have no kinds.Lea; did you mean "kinds.Leaf"?');
  expect(read(text, false)(method('FindTree'))).toBeUndefined();
});
