import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { readConfig } from '../../src/config/config.ts';

import type { Json } from '../json.ts';
import { send, shareGateway, startGateway, type TestGateway } from './running-gateway.ts';

/** Operations that callers name, by every way that GraphQL comes in by. */

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const findShow = 'query Show($name: String!) { show(name: $name) { name } }';
const jobsLive = 'subscription Jobs { jobs(where: { shows: ["testing"] }) { name } }';
const pause = 'mutation Pause($id: ID!) { jobPause(job: { id: $id }) { ok } }';
const variables = { name: 'testing' };
const shown = { data: { show: { name: 'testing' } } };
const documents = { 'a-sha1-of-it': findShow, [sha256(jobsLive)]: jobsLive, pause };

const folder = mkdtempSync(join(tmpdir(), 'cuegate-'));
const file = join(folder, 'persisted.json');
beforeAll(() => writeFileSync(file, JSON.stringify(documents)));
afterAll(() => rmSync(folder, { recursive: true }));

async function post({ url, token }: TestGateway, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const sent = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
  const { status, json } = await send(undefined, `${url}/graphql`, 'POST', sent, JSON.stringify(body));
  return { status, json };
}

async function get({ url, token }: TestGateway, parameters: Readonly<Record<string, string>>) {
  const address = `${url}/graphql?${new URLSearchParams(parameters)}`;
  const { status, json } = await send(undefined, address, 'GET', { authorization: `Bearer ${token}` });
  return { status, json };
}

const apq = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });
const refused = (message: string, code: string) => ({
  status: 200,
  json: { errors: [{ message, extensions: { code, reason: code } }] },
});
const notFound = refused('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
const notSupported = refused('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED');

describe('without a file of operations', () => {
  const running = shareGateway();

  it('clients of APQ are told to send the text, over POST and GET, whatever they accept', async () => {
    const extensions = apq(sha256(findShow));
    const accept = { accept: 'application/graphql-response+json' };
    expect(await post(running(), { extensions, variables })).toEqual(notSupported);
    expect(await post(running(), { extensions, variables }, accept)).toEqual(notSupported);
    expect(await post(running(), { documentId: 'any' })).toEqual(notSupported);
    expect(await get(running(), { extensions: JSON.stringify(extensions) })).toEqual(notSupported);
    expect(await post(running(), { query: findShow, extensions, variables })).toEqual({ status: 200, json: shown });
    expect(await post(running(), { extensions, variables })).toEqual(notSupported);
  });
});

describe('with a file of operations', () => {
  const running = shareGateway({
    settings: { PERSISTED_OPERATIONS_FILE: file, LIVE_MIN_INTERVAL: '25ms', LIVE_INTERVAL: '25ms' },
  });

  it.each([
    ['documentId', { documentId: 'a-sha1-of-it' }],
    ['documentId with the mark of the draft', { documentId: `sha256:${sha256(findShow)}` }],
    ['the hash of APQ', { extensions: apq(sha256(findShow)) }],
    ['the name in the file, sent as the hash of APQ', { extensions: apq('a-sha1-of-it') }],
    ['documentId beside an empty text', { query: '', documentId: 'a-sha1-of-it' }],
  ])('executes what is named by %s', async (_, naming) => {
    expect(await post(running(), { ...naming, variables })).toEqual({ status: 200, json: shown });
  });

  it('executes what a GET names, but no mutation', async () => {
    const named = { documentId: 'a-sha1-of-it', variables: JSON.stringify(variables) };
    expect(await get(running(), named)).toEqual({ status: 200, json: shown });
    const extensions = JSON.stringify(apq('a-sha1-of-it'));
    const hashed = { extensions, variables: JSON.stringify(variables) };
    expect(await get(running(), hashed)).toEqual({ status: 200, json: shown });
    const mutation = await get(running(), { documentId: 'pause', variables: '{"id":"any"}' });
    expect(mutation.status).toBe(405);
  });

  it('learns nothing from callers', async () => {
    const other = '{ shows { name } }';
    const extensions = apq(sha256(other));
    expect(await post(running(), { extensions })).toEqual(notFound);
    expect((await post(running(), { query: other, extensions })).json.data.shows).not.toHaveLength(0);
    expect(await post(running(), { extensions })).toEqual(notFound);
    expect(await post(running(), { documentId: 'another' })).toEqual(notFound);
  });

  it.each([
    [{ documentId: 7 }, '"documentId" must be a text that is not empty.'],
    [{ documentId: 'pause', query: findShow }, 'The request has both "query" and "documentId"; send one of them.'],
    [
      { extensions: { persistedQuery: { version: 2 } } },
      '"extensions.persistedQuery" must be an object such as {"version":1,"sha256Hash":"…"}.',
    ],
    [{ variables }, 'Must provide query string.'],
  ])('refuses %j', async (body, message) => {
    const { status, json } = await post(running(), body);
    expect([status, json.errors[0].message, json.errors[0].extensions.code]).toEqual([400, message, 'BAD_REQUEST']);
  });

  it('executes by name over WebSocket, subscriptions too', async () => {
    const { url, token } = running();
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    const first = async (message: object) => {
      for await (const result of client.iterate({ query: '', ...message })) return result as Json;
      return undefined;
    };
    try {
      expect(await first({ documentId: 'a-sha1-of-it', variables })).toEqual(shown);
      expect((await first({ extensions: apq(sha256(jobsLive)) }))?.data.jobs).not.toHaveLength(0);
      await expect(first({ documentId: 'another' })).rejects.toEqual([
        {
          message: 'PersistedQueryNotFound',
          extensions: expect.objectContaining({ code: 'PERSISTED_QUERY_NOT_FOUND' }),
        },
      ]);
    } finally {
      await client.dispose();
    }
  });
});

describe('with PERSISTED_OPERATIONS=only', () => {
  const running = shareGateway({ settings: { PERSISTED_OPERATIONS_FILE: file, PERSISTED_OPERATIONS: 'only' } });

  it('executes the operations of the file alone, named or in full', async () => {
    expect(await post(running(), { documentId: 'a-sha1-of-it', variables })).toEqual({ status: 200, json: shown });
    expect(await post(running(), { query: findShow, variables })).toEqual({ status: 200, json: shown });
    const refusal = await post(running(), { query: `${findShow} `, variables });
    expect([refusal.status, refusal.json.errors[0].extensions.reason]).toEqual([400, 'OPERATION_NOT_PERSISTED']);
    expect(refusal.json.errors[0].message).toMatch(/\(PERSISTED_OPERATIONS=only\), and this text is none of them/);
  });

  it('answers no introspection, and has no GraphiQL', async () => {
    expect((await post(running(), { query: '{ __schema { queryType { name } } }' })).status).toBe(400);
    const page = await send(undefined, `${running().url}/graphql`, 'GET', { accept: 'text/html' });
    expect([page.status, page.text]).toEqual([401, expect.not.stringContaining('<html')]);
  });

  it('needs the file', () => {
    const environment = { CUEBOT_ENDPOINT: 'cuebot:8443', AUTH: 'none', PERSISTED_OPERATIONS: 'only' };
    expect(readConfig({ environment, flags: {} }).problems.found).toEqual([
      'PERSISTED_OPERATIONS is "only", but PERSISTED_OPERATIONS_FILE is not set, so no operation could be executed',
    ]);
  });
});

describe('a gateway whose file', () => {
  it('is wrong does not start, and says so under the setting', async () => {
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, '{"h": "{"}');
    const starting = startGateway({ settings: { PERSISTED_OPERATIONS_FILE: bad } });
    await expect(starting).rejects.toThrow(
      `PERSISTED_OPERATIONS_FILE: the file ${bad} has documents that cannot be executed:`,
    );
    await expect(startGateway({ settings: { PERSISTED_OPERATIONS_FILE: join(folder, 'none.json') } })).rejects.toThrow(
      'none.json does not exist',
    );
  });

  it('has an operation of another schema starts, and warns', async () => {
    const older = join(folder, 'older.json');
    writeFileSync(older, '{"h": "{ wasHere }"}');
    const gateway = await startGateway({ settings: { PERSISTED_OPERATIONS_FILE: older } });
    try {
      const warnings = gateway.log.filter(({ fields }) => fields['event'] === 'PERSISTED_OPERATION_MISFIT');
      expect(warnings.map(({ fields }) => [fields['id'], fields['problem']])).toEqual([
        ['h', 'Cannot query field "wasHere" on type "Query".'],
      ]);
    } finally {
      await gateway.close();
    }
  });
});
