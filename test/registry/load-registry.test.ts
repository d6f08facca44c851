import { describe, expect, it } from 'vitest';

import type { ReflectionTransport } from '../../src/registry/sources/load-by-reflection.ts';
import { loadRegistry } from '../../src/registry/load-registry.ts';

describe('loadRegistry()', () => {
  it.each([
    ['a folder', 'proto', 28],
    ['files with commas in between', 'test/recorded/conf.proto, test/recorded/registry/comments.proto,', 4],
    ['a descriptor set', 'test/recorded/registry/conf.binpb', 3],
  ])('loads %s', async (_what, source, services) => {
    expect((await loadRegistry({ protoSource: source })).services.length).toBe(services);
  });

  it('asks the server when told so', async () => {
    const asked: string[] = [];
    const ask: ReflectionTransport = (method) => {
      asked.push(method);
      return Promise.reject(Object.assign(new Error(), { status: { name: 'UNIMPLEMENTED' } }));
    };
    await expect(loadRegistry({ protoSource: 'reflection', ask })).rejects.toThrow(
      'the server does not offer gRPC reflection',
    );
    expect(asked).toEqual([
      'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    ]);
  });

  it.each([
    ['', 'PROTO_SOURCE: found nothing, expected folders, .proto files, descriptor sets or the word reflection'],
    [' , ', 'PROTO_SOURCE: found nothing, expected folders, .proto files, descriptor sets or the word reflection'],
    ['reflection', 'reflection: the schema cannot come from the server here; name files instead'],
    ['none.binpb', 'none.binpb: there is no such file'],
    ['none', 'none: there is no such file or folder'],
    [
      'package.json',
      'package.json: expected a folder, a .proto file or a descriptor set (*.binpb, *.pb, *.protoset, *.proto.bin, *.desc)',
    ],
  ])('refuses %j', async (source, problem) => {
    await expect(loadRegistry({ protoSource: source })).rejects.toThrow(`cannot load the schema: ${problem}`);
  });
});
