import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

import { version } from '../../src/app/version.ts';

import { send, startGateway, type TestGateway } from './running-gateway.ts';

/** What callers and orchestrators see while Cuebot is away, and when it is back. */

let running: TestGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.close());

const get = (path: string) => send(undefined, `${running.url}${path}`, 'GET', {});

describe('a gateway whose Cuebot', () => {
  it('is there is ready', async () => {
    await vi.waitFor(async () => expect((await get('/readyz')).status).toBe(200), { timeout: 120_000 });
    expect((await running.rest('show.ShowInterface/GetShows')).status).toBe(200);
  });

  it('is away lives, is not ready, and says so without its address', async () => {
    await running.cuebot.close();
    await vi.waitFor(async () => expect((await get('/readyz')).status).toBe(503), { timeout: 120_000 });
    expect((await get('/readyz')).json).toEqual({ status: 'unavailable', reason: 'Cuebot cannot be reached' });
    expect((await get('/healthz')).json).toEqual({ status: 'ok', version });
  });

  it('is away answers REST with 503', async () => {
    const { status, json } = await running.rest('show.ShowInterface/GetShows');
    expect(status).toBe(503);
    expect(json).toEqual({
      code: 14,
      message: expect.stringMatching(
        /^(?:connection error: desc = "transport: Error while dialing|error reading from server)/,
      ),
      details: [],
    });
    expect(JSON.stringify(json)).not.toContain('127.0.0.1');
  });

  it('is away answers GraphQL with UNAVAILABLE beside the data that there is', async () => {
    const { status, json, text } = await running.graphql('{ __typename showGetShows { shows { shows { id } } } }');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      data: { __typename: 'Query', showGetShows: null },
      errors: [
        { path: ['showGetShows'], extensions: { code: 'UNAVAILABLE', grpc: { code: 14, status: 'UNAVAILABLE' } } },
      ],
    });
    expect(text).not.toContain('127.0.0.1');
  });

  it('is back serves again by itself', async () => {
    const again = await createDemoCuebot({ port: running.cuebot.port });
    await vi.waitFor(async () => expect((await get('/readyz')).status).toBe(200), { timeout: 120_000 });
    expect((await running.rest('show.ShowInterface/GetShows')).status).toBe(200);
    await again.close();
  });
});
