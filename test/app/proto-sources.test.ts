import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type handleBidiStreamingCall, Server, ServerCredentials } from '@grpc/grpc-js';
import { parse, print, visit } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';

import { createGateway } from '../../src/app/gateway.ts';
import { deriveSchema, printDerivedSchema } from '../../src/graphql/schema/derive-schema.ts';
import { listOperations } from '../../src/app/operations.ts';
import { takeSnapshot } from '../../src/app/snapshot.ts';
import { createUpstream } from '../../src/upstream/create-upstream.ts';

import { secret, send, testConfig } from './running-gateway.ts';
import { compileWithProtobufjs } from '../registry/sources/compile-with-protobufjs.ts';
import { answerFrom } from '../registry/sources/reflection-answers.ts';

/** Whichever way the protos come in, the same API comes out. */

const folder = mkdtempSync(join(tmpdir(), 'cuegate-proto-sources-'));
const closing: (() => void)[] = [() => rmSync(folder, { recursive: true })];
afterAll(() => {
  for (const close of closing) close();
});

/** A gRPC server that can be asked for its protos, and for nothing else. */
async function serveReflection(descriptorSet: Uint8Array): Promise<string> {
  const answer = answerFrom(descriptorSet);
  const handle: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    call.on('data', (request: Buffer) => call.write(answer(request)));
    call.on('end', () => call.end());
  };
  const bytes = (value: Buffer) => value;
  const server = new Server();
  server.register('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', handle, bytes, bytes, 'bidi');
  closing.push(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return `127.0.0.1:${port}`;
}

/** The whole API of a source: its schema without the descriptions, which only sources with comments have, and its table. */
async function apiOf(protoSource: string, endpoint = 'unused:1', settings: Readonly<Record<string, string>> = {}) {
  const upstream = createUpstream({ endpoint, maxReceiveBytes: 1e8 });
  closing.push(upstream.close);
  const config = testConfig({
    CUEBOT_ENDPOINT: endpoint,
    PROTO_SOURCE: protoSource,
    REST_SERVICES: '*',
    GRAPHQL_SERVICES: '*',
    ...settings,
  });
  const snapshot = await takeSnapshot(config, { reflect: upstream.reflect });
  const { registry, table, graphqlServices } = snapshot;
  const schema = deriveSchema({
    registry,
    table,
    services: graphqlServices,
    extensions: [],
  });
  return { schema: withoutComments(printDerivedSchema(schema)), operations: listOperations(snapshot) };
}

/** Comments make descriptions, and a comment that begins with "Deprecated" makes a deprecation. */
function withoutComments(schema: string): string {
  return print(
    visit(parse(schema), {
      StringValue: (_, key) => (key === 'description' ? null : undefined),
      Directive: ({ name }) => (name.value === 'deprecated' ? null : undefined),
    }),
  );
}

describe('PROTO_SOURCE', () => {
  it('gives the same schema and the same routes from protos, from a descriptor set and by reflection', async () => {
    const set = compileWithProtobufjs('proto');
    const path = join(folder, 'opencue.binpb');
    writeFileSync(path, set);
    const fromProtos = await apiOf('proto');
    expect(fromProtos.operations.filter(({ rest }) => rest !== undefined)).toHaveLength(293);
    expect(await apiOf(path)).toEqual(fromProtos);
    expect(await apiOf('reflection', await serveReflection(set))).toEqual(fromProtos);
  });

  it('gives the same, descriptions included, from what protoc compiled', async () => {
    const compiled = join(folder, 'conf.binpb');
    writeFileSync(compiled, readFileSync('test/recorded/registry/conf.binpb'));
    expect(await apiOf(compiled)).toEqual(await apiOf('test/recorded/conf.proto'));
  });

  it('gives the same from proto2, features and edition 2024 as from what protoc compiled of them', async () => {
    const folder = 'test/recorded/registry';
    const fromSources = await apiOf(folder);
    expect(await apiOf(`${folder}/compiled.binpb`)).toEqual(fromSources);
    expect(fromSources.operations.map(({ rpc }) => rpc)).toEqual(
      expect.arrayContaining(['edition2024.Takes/Get', 'features.Plains/Get', 'old.Shots/Get']),
    );
  });

  it('serves what its own folders declare, and nothing of those in PROTO_PATH', async () => {
    const include = join(folder, 'include');
    const own = join(folder, 'own');
    for (const path of [join(include, 'lib'), own]) mkdirSync(path, { recursive: true });
    const service = (name: string) => `service ${name} { rpc Get(Thing) returns (Thing); }`;
    writeFileSync(
      join(include, 'lib/thing.proto'),
      `syntax = "proto3"; package lib; message Thing {} ${service('Things')}`,
    );
    writeFileSync(join(include, 'other.proto'), `syntax = "proto3"; message Thing {} ${service('Others')}`);
    writeFileSync(
      join(own, 'app.proto'),
      'syntax = "proto3"; package app; import "lib/thing.proto"; service App { rpc Get(lib.Thing) returns (lib.Thing); }',
    );
    const { operations } = await apiOf(own, undefined, { PROTO_PATH: include });
    expect(operations.map(({ rpc }) => rpc)).toEqual(['app.App/Get']);
    await expect(apiOf(own)).rejects.toThrow('cannot find the import "lib/thing.proto"');
  });

  it('lets the gateway serve what its upstream says about itself', async () => {
    const endpoint = await serveReflection(readFileSync('test/recorded/registry/conf.binpb'));
    const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const gateway = await createGateway(
      testConfig({ CUEBOT_ENDPOINT: endpoint, PROTO_SOURCE: 'reflection', JWT_SECRET: secret, AUTH: 'none' }),
      silent,
    );
    const headers = { 'content-type': 'application/json' };
    const graphql = await send(
      undefined,
      `${gateway.url}/graphql`,
      'POST',
      headers,
      '{"query":"{ __type(name: \\"Small\\") { fields { name } } }"}',
    );
    const rest = await send(undefined, `${gateway.url}/conf.v1.Echo/EchoSmall`, 'POST', headers, '{"s":1}');
    await gateway.close();
    expect(graphql.json).toEqual({ data: { __type: { fields: [{ name: 's' }, { name: 'i' }] } } });
    expect(rest.json).toEqual({
      code: 3,
      message: 'proto: (line 1:6): invalid value for string field s: 1',
      details: [],
    });
  });

  it("serves somebody's package that is called as one of OpenCue's, and says what it leaves out", async () => {
    const own = join(folder, 'farm');
    mkdirSync(own);
    for (const name of ['monitoring', 'cue', 'report']) {
      writeFileSync(
        join(own, `${name}.proto`),
        `syntax = "proto3"; package ${name}.v1; message Point {} service Points { rpc Get${name}(Point) returns (Point); }`,
      );
    }
    const said: unknown[] = [];
    const silent = { debug: () => {}, warn: () => {}, error: () => {} };
    const gateway = await createGateway(
      testConfig({
        CUEBOT_ENDPOINT: '127.0.0.1:1',
        PROTO_SOURCE: own,
        AUTH: 'none',
        REST_SERVICES: '*,!cue.v1.*',
        GRAPHQL_SERVICES: '*,!cue.v1.*',
      }),
      {
        ...silent,
        info: (fields: object, message: string) => void said.push([message, fields]),
      },
    );
    const headers = { 'content-type': 'application/json' };
    const statusOf = async (route: string) =>
      (await send(undefined, `${gateway.url}/${route}`, 'POST', headers, '{}')).status;
    const statuses = [
      await statusOf('monitoring.v1.Points/Getmonitoring'),
      await statusOf('cue.v1.Points/Getcue'),
      await statusOf('report.v1.Points/Getreport'),
    ];
    await gateway.close();
    expect(statuses).toEqual([503, 404, 503]);
    expect(said).toContainEqual([
      'REST_SERVICES and GRAPHQL_SERVICES leave out these services',
      { rest: ['cue.v1.Points'], graphql: ['cue.v1.Points'] },
    ]);
  });

  it('names every mistake of the protos at start, with file and line', async () => {
    writeFileSync(
      join(folder, 'shop.proto'),
      'syntax = "proto3";\npackage shop;\nmessage Shelf { Bok book = 1; }\nmessage Book {}\n',
    );
    await expect(apiOf(join(folder, 'shop.proto'))).rejects.toThrow(/shop\.proto:3: .*"Bok".*"?(?:shop\.)?Book/s);
  });
});
