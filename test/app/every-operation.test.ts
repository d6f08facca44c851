import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { listOperations, type Operation } from '../../src/app/operations.ts';
import { type Snapshot, takeSnapshot } from '../../src/app/snapshot.ts';

import { startGateway, type TestGateway, testConfig } from './running-gateway.ts';

/** Every RPC once by each surface, with the least a caller can say. None may bring the gateway down. */

const settings = { GRPC_TIMEOUT: '1s' };

/** What is refused when nothing is said: it would do nothing, or everything, or never end. */
const refused: ReadonlySet<string> = new Set(
  (
    'jobEatFrames jobGetUpdatedFrames jobKill jobKillFrames jobMarkAsWaiting jobMarkDoneFrames jobRetryFrames ' +
    'procUnbookProcs procUnbookToGroup procUnbookToJob'
  ).split(' '),
);

let running: TestGateway;
let operations: readonly Operation[];
let snapshot: Snapshot;

/** The arguments that must be there, each about nothing. */
function keys(rpc: string): string {
  const { registry, table } = snapshot;
  const written = table
    .factsOf(registry.methods.get(rpc)!)
    .keys.map(({ field, key }) => `${field.jsonName}: { ${key.jsonName}: "" }`);
  return written.length === 0 ? '' : `(${written.join(', ')})`;
}

beforeAll(async () => {
  running = await startGateway({ settings });
  snapshot = await takeSnapshot(testConfig({ CUEBOT_ENDPOINT: 'unused:1' }));
  operations = listOperations(snapshot);
});
afterAll(() => running.close());

describe('every REST route', () => {
  it('is one of the 284 of the 22 services', () => {
    const routes = operations.filter(({ rest }) => rest !== undefined);
    expect(routes).toHaveLength(284);
    expect(new Set(routes.map(({ rpc }) => rpc.split('/')[0])).size).toBe(22);
  });

  it('answers an empty request with a status of the table and a JSON body', async () => {
    const wrong: string[] = [];
    for (const { rpc, rest } of operations) {
      if (rest === undefined) continue;
      const { status, text } = await running.rest(rpc);
      const body = JSON.parse(text);
      const isError = typeof body.code === 'number' && typeof body.message === 'string' && Array.isArray(body.details);
      const expected = rpc === 'job.JobInterface/GetUpdatedFrames' ? [400] : [404, 500, 501, 504];
      if (status === 200 ? isError : !isError || !expected.includes(status)) wrong.push(`${rpc}: ${status} ${text}`);
    }
    expect(wrong).toEqual([]);
  });

  it('answers 404 for what has none', async () => {
    for (const { rpc, rest } of operations) {
      if (rest !== undefined) continue;
      const { status, text } = await running.rest(rpc);
      expect([rpc, status, text]).toEqual([rpc, 404, '{"code":5,"message":"Not Found","details":[]}']);
    }
  });
});

describe('every GraphQL field', () => {
  it('is there for the RPCs that Cuebot serves to people', () => {
    const fields = operations.filter(({ graphql }) => graphql !== undefined);
    expect(fields).toHaveLength(287);
    expect(new Set(fields.map(({ rpc }) => rpc.split('/')[0])).size).toBe(24);
  });

  it('answers about nothing: data, or an error with a code', async () => {
    const wrong: string[] = [];
    for (const { rpc, kind, graphql } of operations) {
      if (graphql === undefined) continue;
      const { status, json } = await running.graphql(`${kind} { ${graphql}${keys(rpc)} { __typename } }`);
      const [error] = json.errors ?? [];
      const code = error?.extensions?.code;
      const isAnswered = refused.has(graphql)
        ? code === 'BAD_USER_INPUT'
        : error === undefined
          ? typeof json.data?.[graphql]?.__typename === 'string'
          : codes.has(code);
      if (status !== 200 || !isAnswered) wrong.push(`${graphql}: ${status} ${JSON.stringify(json)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('shows no stack, class name, SQL or address of the upstream', async () => {
    const leaking: string[] = [];
    for (const { rpc, kind, graphql } of operations) {
      if (graphql === undefined) continue;
      const { text } = await running.graphql(`${kind} { ${graphql}${keys(rpc)} { __typename } }`);
      if (/org\.|java\.|Exception|SELECT|127\.0\.0\.1|\bat \w+\./.test(text)) leaking.push(`${graphql}: ${text}`);
    }
    expect(leaking).toEqual([]);
  });
});

const codes: ReadonlySet<string> = new Set([
  'NOT_FOUND',
  'INTERNAL',
  'UNIMPLEMENTED',
  'DEADLINE_EXCEEDED',
  'BAD_USER_INPUT',
  'FAILED_PRECONDITION',
]);
