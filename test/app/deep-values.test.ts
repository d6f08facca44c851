import { type sendUnaryData, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createGateway, type Gateway } from '../../src/app/gateway.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';

import { bytes } from '../codec/wire-bytes.ts';
import { type LogLine, logTo, secret, send, testConfig } from './running-gateway.ts';

/** JSON values in protobuf messages nest as deep as somebody likes: how far both executors go, and what they say then. */

/** What the upstream answers, whatever it is asked. */
let reply: Buffer = Buffer.alloc(0);

const upstream = new Server();
const agent = new Agent({ keepAlive: true });
let endpoint: string;

beforeAll(async () => {
  const pass = (value: Buffer) => value;
  const ways = { requestSerialize: pass, requestDeserialize: pass, responseSerialize: pass, responseDeserialize: pass };
  const names = ['GetValue', 'GetHolder'];
  const methods = names.map((name) => [
    name,
    { path: `/odd.values.Store/${name}`, requestStream: false, responseStream: false, ...ways },
  ]);
  const answer = (_: unknown, done: sendUnaryData<Buffer>) => done(null, reply);
  upstream.addService(
    Object.fromEntries(methods) as ServiceDefinition,
    Object.fromEntries(names.map((name) => [name, answer])),
  );
  const port = await new Promise<number>((resolve, reject) =>
    upstream.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  endpoint = `127.0.0.1:${port}`;
});

afterAll(() => {
  upstream.forceShutdown();
  agent.destroy();
});

const text = bytes(3, 'x');
/** The value in a list in a value. */
const inList = (value: Buffer) => bytes(6, bytes(1, value));
/** The value as the member `a` of an object in a value. */
const inObject = (value: Buffer) => bytes(5, bytes(1, bytes(1, 'a'), bytes(2, value)));

function nest(value: Buffer, levels: number, wrap: (value: Buffer) => Buffer): Buffer {
  let nested = value;
  for (let level = 0; level < levels; level += 1) nested = wrap(nested);
  return nested;
}

describe.each(['compiled', 'reference'])('with GRAPHQL_EXECUTOR=%s', (executor) => {
  let gateway: Gateway;
  const log: LogLine[] = [];
  beforeAll(async () => {
    const settings = {
      CUEBOT_ENDPOINT: endpoint,
      PROTO_SOURCE: 'test/graphql/odd-protos',
      GRAPHQL_SERVICES: '*',
      GRAPHQL_EXECUTOR: executor,
    };
    gateway = await createGateway(testConfig(settings), logTo(log));
  });
  afterAll(() => gateway.close());

  async function ask(query: string, variables: string) {
    const token = signToken({ secret, claims: { sub: 'ann', exp: Math.floor(Date.now() / 1000) + 3_600 } });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
    return send(agent, `${gateway.url}/graphql`, 'POST', headers, body);
  }

  it.each([
    ['lists', inList, '[', ']'],
    ['objects', inObject, '{"a":', '}'],
  ] as const)('reads and writes a thousand %s in each other, and says so of more', async (_, wrap, open, close) => {
    const json = `${open.repeat(1_000)}"x"${close.repeat(1_000)}`;
    reply = nest(text, 1_000, wrap);
    const { text: whole } = await ask('{ storeGetValue }', '{}');
    // Both texts nest too deep for what compares objects.
    expect(whole === `{"data":{"storeGetValue":${json}}}`).toBe(true);
    reply = bytes(5, bytes(7, reply));
    const { text: inMessage } = await ask('{ storeGetHolder { inner { values } } }', '{}');
    expect(inMessage === `{"data":{"storeGetHolder":{"inner":[{"values":[${json}]}]}}}`).toBe(true);

    for (const levels of [1_001, 4_900, 9_000]) {
      reply = nest(text, levels, wrap);
      const { status, json: refused } = await ask('{ storeGetValue }', '{}');
      expect([status, refused.data, refused.errors[0].extensions.code]).toEqual([
        200,
        { storeGetValue: null },
        'INTERNAL',
      ]);
      expect(refused.errors[0].message).toBe("Cuebot's answer to odd.values.Store/GetValue could not be read");
    }
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
    expect(log.filter(({ level }) => level === 'warn').length).toBeGreaterThan(0);
  });

  it('takes a hundred lists in each other as a variable, and says so of more', async () => {
    reply = text;
    const nested = (levels: number) =>
      ask(
        'query ($value: JSON) { storeGetValue(value: $value) }',
        `{"value":${'['.repeat(levels)}${']'.repeat(levels)}}`,
      );
    expect((await nested(100)).json.data).toEqual({ storeGetValue: 'x' });
    expect((await nested(102)).json.errors[0].message).toContain('it is nested more than 100 deep');
  });
});
