import { gunzipSync } from 'node:zlib';
import { Agent, request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

import { shareGateway, type TestGateway } from './running-gateway.ts';

const introspection = JSON.stringify({ query: '{ __schema { types { name fields { name description } } } }' });

async function post({ url, token }: TestGateway, path: string, body: string, headers: Record<string, string>) {
  const agent = new Agent();
  const request = httpRequest(`${url}${path}`, {
    agent,
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  });
  request.end(body);
  const [response] = await once(request, 'response');
  const received = { status: response.statusCode, headers: response.headers, body: await buffer(response) };
  agent.destroy();
  return received;
}

const offer = { 'accept-encoding': 'gzip' };
const vary = 'Accept-Encoding';
const jobs = '/job.JobInterface/GetJobs';

describe('COMPRESSION=graphql', () => {
  const running = shareGateway();

  it('compresses what GraphQL answers, and nothing of REST', async () => {
    const graphql = await post(running(), '/graphql', introspection, offer);
    expect(graphql).toMatchObject({ status: 200, headers: { 'content-encoding': 'gzip' } });
    expect(graphql.headers['vary']).toMatch(vary);
    const plain = await post(running(), '/graphql', introspection, {});
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(gunzipSync(graphql.body).equals(plain.body)).toBe(true);
    expect(graphql.body.length).toBeLessThan(plain.body.length / 5);

    const rest = await post(running(), jobs, '{}', offer);
    expect(rest.body.length).toBeGreaterThan(2_048);
    expect(rest.headers).not.toHaveProperty('content-encoding');
    expect(rest.headers['vary'] ?? '').not.toMatch(vary);
  });

  it('compresses nothing that a page of another site has asked for', async () => {
    const foreign = { ...offer, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const blocked = await post(running(), '/graphql', introspection, foreign);
    expect(blocked.status).toBe(403);
    expect(blocked.headers).not.toHaveProperty('content-encoding');
  });

  it('lets subscriptions through as they come', async () => {
    const { url, token } = running();
    const request = httpRequest(`${url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...offer,
      },
    });
    request.end(JSON.stringify({ query: 'subscription { live { showGetShows { shows { shows { name } } } } }' }));
    const [response] = await once(request, 'response');
    expect(response.headers['content-encoding']).toBeUndefined();
    expect(String((await once(response, 'data'))[0])).toMatch(/^retry: /);
    request.destroy();
  });
});

describe('COMPRESSION=all', () => {
  const running = shareGateway({ settings: { COMPRESSION: 'all' } });

  it('compresses REST’s long answers, too, as they are without it', async () => {
    const [packed, plain] = [await post(running(), jobs, '{}', offer), await post(running(), jobs, '{}', {})];
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: expect.stringMatching(vary) });
    expect(plain.headers).toMatchObject({ 'content-type': 'application/json', vary: expect.stringMatching(vary) });
    expect(JSON.parse(gunzipSync(packed.body).toString())).toEqual(JSON.parse(plain.body.toString()));
  });

  it('leaves short ones and errors as they are', async () => {
    const show = await post(running(), '/show.ShowInterface/FindShow', '{"name":"amberfall"}', offer);
    expect(show.headers).not.toHaveProperty('content-encoding');
    const error = await post(running(), '/show.ShowInterface/FindShow', '{', offer);
    expect(error).toMatchObject({ status: 400, headers: { vary: expect.stringMatching(vary) } });
  });
});

describe('COMPRESSION=off', () => {
  const running = shareGateway({ settings: { COMPRESSION: 'off' } });

  it('compresses nothing, and says nothing of it', async () => {
    const graphql = await post(running(), '/graphql', introspection, offer);
    const document = await fetch(`${running().url}/openapi.json`, { headers: offer });
    expect(graphql.headers).not.toHaveProperty('content-encoding');
    expect(graphql.headers['vary'] ?? '').not.toMatch(vary);
    expect(document.headers.get('content-encoding')).toBeNull();
    expect(document.headers.get('vary') ?? '').not.toMatch(vary);
  });
});
