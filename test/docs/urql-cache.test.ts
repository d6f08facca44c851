import { createContext, runInContext } from 'node:vm';
import { readFileSync } from 'node:fs';

import { createClient, type Exchange, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, isObjectType } from 'graphql';
import { expect, it, vi } from 'vitest';

import { startGateway } from '../app/running-gateway.ts';

/** The recipe of docs/clients.md for urql's cache, by its own lines: those that find the types without an id, and urql's. */
const clients = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');
const [, recipe = ''] = /```js\n(const embedded = .*?)```/s.exec(clients) ?? [];
const [, embedded = '', urql = ''] = /^(.*?)\n\/\/ urql\n(.*?)\n\/\/ /s.exec(recipe) ?? [];

it('urql’s cache keeps counts with their objects, and warns of nothing, by the lines of docs/clients.md', async () => {
  const text = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
  const context = createContext({ buildSchema, isObjectType, cacheExchange, text, Object });
  const exchange: Exchange = runInContext(`${embedded}\n${urql}`, context);
  const served = await startGateway();
  const warned = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  try {
    const client = createClient({
      url: `${served.url}/graphql`,
      fetchOptions: { headers: { authorization: `Bearer ${served.token}` } },
      preferGetMethod: false,
      exchanges: [exchange, fetchExchange],
    });
    const list =
      '{ jobs { __typename id name jobStats { __typename deadFrames } showDetails { __typename id name } } }';
    const first = await client.query(list, {}).toPromise();
    expect(first.error).toBeUndefined();
    const [{ id, jobStats }] = first.data.jobs;

    // Another field of the same counts, by another query: both are there afterwards, without a request.
    const counts = 'query ($id: ID!) { job(id: $id) { __typename id jobStats { __typename runningFrames } } }';
    await client.query(counts, { id }).toPromise();
    const pause =
      'mutation ($id: ID!) { jobPause(job: { id: $id }) { __typename ok job { __typename id isPaused jobStats { __typename totalFrames } } } }';
    expect((await client.mutation(pause, { id }).toPromise()).data?.jobPause.job.isPaused).toBe(true);

    const cached = { requestPolicy: 'cache-only' } as const;
    const again = await client.query(counts, { id }, cached).toPromise();
    expect(again.data?.job.jobStats.runningFrames).toEqual(expect.any(Number));
    const listed = await client.query(list, {}, cached).toPromise();
    expect(listed.data?.jobs[0].jobStats.deadFrames).toBe(jobStats.deadFrames);
    const paused = await client.query('query ($id: ID!) { job(id: $id) { id isPaused } }', { id }, cached).toPromise();
    expect(paused.data?.job.isPaused).toBe(true);
    for (const spy of warned) expect(spy).not.toHaveBeenCalled();
  } finally {
    for (const spy of warned) spy.mockRestore();
    await served.close();
  }
});
