import { readFileSync } from 'node:fs';
import { Client, credentials, type handleBidiStreamingCall, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterAll, describe, expect, it } from 'vitest';

import { loadByReflection, type ReflectionTransport } from '../../../src/registry/sources/load-by-reflection.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { compileWithProtobufjs } from './compile-with-protobufjs.ts';
import { printRegistry } from '../print-registry.ts';
import { type Answer, answerFrom, decode, encode, listing, type Request } from './reflection-answers.ts';

/** A server that lists one service, and answers all else with the same reply. */
function listThen(reply: object): Answer {
  return (bytes) =>
    (decode('Request', bytes) as Request).listServices === undefined ? encode('Response', reply) : listing('a.A');
}

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

const identity = (bytes: Buffer): Buffer => bytes;

/** A gRPC server with one version of reflection and nothing else, and the transport to it. */
async function serve(
  version: 'v1' | 'v1alpha' | undefined,
  answer: (request: Uint8Array) => Buffer,
): Promise<ReflectionTransport> {
  const server = new Server();
  if (version !== undefined) {
    const handle: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
      call.on('data', (request: Buffer) => call.write(answer(request)));
      call.on('end', () => call.end());
    };
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    server.register(path, handle, identity, identity, 'bidi');
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  closing.push(() => {
    client.close();
    server.forceShutdown();
  });
  return (method, requests) =>
    new Promise((resolve, reject) => {
      const replies: Buffer[] = [];
      const call = client.makeBidiStreamRequest(`/${method}`, identity, identity);
      call.on('data', (reply: Buffer) => replies.push(reply));
      call.on('end', () => replies.length > 0 && resolve(replies));
      call.on('error', (error: Error & { code: number }) =>
        reject(Object.assign(error, { status: { name: status[error.code] } })),
      );
      for (const request of requests) call.write(Buffer.from(request));
      call.end();
    });
}

const conf = readFileSync('test/recorded/registry/conf.binpb');

describe('loadByReflection()', () => {
  it.each(['v1', 'v1alpha'] as const)('gives the registry that the sources give, over %s', async (version) => {
    const transport = await serve(version, answerFrom(conf));
    expect(printRegistry(await loadByReflection(transport))).toEqual(
      printRegistry(loadProtoFiles(['test/recorded/conf.proto'])),
    );
  });

  it('gives the registry that the sources give: OpenCue, file by file', async () => {
    const registry = await loadByReflection(await serve('v1', answerFrom(compileWithProtobufjs('proto'))));
    const expected = loadProtoFiles(['proto']);
    expect([...registry.methods.keys()]).toEqual([...expected.methods.keys()]);
    expect([...registry.messages.keys()]).toEqual([...expected.messages.keys()]);
  });

  const refused: readonly (readonly [what: string, answer: Answer, problem: string])[] = [
    [
      'a server without services',
      () => listing('grpc.health.v1.Health'),
      'the server lists no services besides those of gRPC itself',
    ],
    [
      'a server that will not list its services',
      () => encode('Response', { failure: { code: 7, text: 'not for you' } }),
      'the server does not list its services: not for you (code 7)',
    ],
    [
      'a service without a file',
      listThen({ failure: { code: 5, text: 'not found' } }),
      'the server lists service a.A but sends no file for it: not found (code 5)',
    ],
    ['noise', () => Buffer.of(0x22, 0xff), 'the server sent a reflection reply that is no protobuf message'],
    [
      'noise in place of a file',
      listThen({ files: { file: [Buffer.of(0x0a, 0xff)] } }),
      'the server sent a file that is no FileDescriptorProto',
    ],
  ];
  it.each(refused)('refuses %s', async (_what, answer, problem) => {
    await expect(loadByReflection(await serve('v1', answer))).rejects.toThrow(
      `cannot load the schema: reflection: ${problem}`,
    );
  });

  const file = (value: object) => encode('File', value);
  const importsOptions = file({
    name: 'a.proto',
    package: 'a',
    dependency: ['options.proto'],
    service: [{ name: 'A' }],
  });

  it('does without a file that no RPC needs, as one that defines options', async () => {
    const set = encode('Set', { file: [importsOptions] });
    const { services } = await loadByReflection(await serve('v1', answerFrom(set)));
    expect(services.map(({ fullName }) => fullName)).toEqual(['a.A']);
  });

  it('does without a file that the server stands something empty in for, of no known syntax', async () => {
    const standIn = file({ name: 'options.proto', syntax: '<unknown:0>' });
    const set = encode('Set', { file: [importsOptions, standIn] });
    const { services } = await loadByReflection(await serve('v1', answerFrom(set)));
    expect(services.map(({ fullName }) => fullName)).toEqual(['a.A']);
  });

  it('says which import the server does not offer when an RPC needs it', async () => {
    const method = [{ name: 'Get', inputType: '.b.B', outputType: '.b.B' }];
    const set = encode('Set', {
      file: [file({ name: 'a.proto', package: 'a', dependency: ['b.proto'], service: [{ name: 'A', method }] })],
    });
    await expect(loadByReflection(await serve('v1', answerFrom(set)))).rejects.toThrow(
      'a.proto: unknown type ".b.B" of the request of method a.A/Get; it may be in the import "b.proto"; the server does not offer it',
    );
  });

  it('takes a file that the server knows by another name than those who import it', async () => {
    const method = [{ name: 'Get', inputType: '.b.B', outputType: '.b.B' }];
    const set = encode('Set', {
      file: [
        file({ name: 'a.proto', package: 'a', dependency: ['lib/b.proto'], service: [{ name: 'A', method }] }),
        file({ name: 'b.proto', package: 'b', syntax: 'proto3', messageType: [{ name: 'B' }] }),
      ],
    });
    const byItsName = answerFrom(set);
    const renaming: Answer = (bytes) => {
      const { fileByFilename } = decode('Request', bytes) as Request;
      return byItsName(fileByFilename === 'lib/b.proto' ? encode('Request', { fileByFilename: 'b.proto' }) : bytes);
    };
    const { messages } = await loadByReflection(await serve('v1', renaming));
    expect([...messages.keys()]).toEqual(['b.B']);
  });

  it('says when the server has no reflection', async () => {
    await expect(loadByReflection(await serve(undefined, () => Buffer.of()))).rejects.toThrow(
      'cannot load the schema: reflection: the server does not offer gRPC reflection, neither v1 nor v1alpha; name a folder of .proto files or a descriptor set instead',
    );
  });

  it('counts the replies', async () => {
    await expect(loadByReflection(async () => [])).rejects.toThrow(
      'cannot load the schema: reflection: the server sent 0 replies to 1 reflection requests',
    );
  });

  it('passes other failures of the call on', async () => {
    const unavailable = Object.assign(new Error('no connection'), { status: { name: 'UNAVAILABLE' } });
    await expect(loadByReflection(() => Promise.reject(unavailable))).rejects.toBe(unavailable);
  });
});
