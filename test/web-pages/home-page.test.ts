import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../app/running-gateway.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('the page at /', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${gateway.url}${path}`, { method, headers, redirect: 'manual' });
  const linksOf = (html: string) => [...html.matchAll(/<a href="([^"]+)"/g)].map(([, address]) => address!);

  it('says to browsers what this is, and leads to what there is', async () => {
    const response = await ask('/', browser);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /);
    expect(linksOf(html)).toEqual(['farm', 'graphql', 'openapi.json', 'docs', 'readyz']);
    for (const address of linksOf(html)) expect((await ask(`/${address}`, browser)).status).toBe(200);
    const head = await ask('/', { ...browser, 'accept-encoding': 'identity' }, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(html)));
  });

  it('is not there for programs, which are refused as before', async () => {
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
      expect((await ask('/', headers)).status).toBe(401);
    }
    expect((await ask('/', browser, 'POST')).status).toBe(401);
    expect((await ask('/nothing', browser)).status).toBe(401);
  });

  it('has an icon, for pages that name none', async () => {
    const response = await ask('/favicon.ico');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(await response.text()).toContain('<svg');
  });
});

describe('FARM_PAGE=false', () => {
  it('turns the farm’s page off, and every link to it', async () => {
    const gateway = await startGateway({ settings: { FARM_PAGE: 'false' } });
    const get = (path: string) => fetch(`${gateway.url}${path}`, { headers: browser });
    expect((await get('/farm')).status).toBe(401);
    expect(await (await get('/')).text()).not.toContain('href="farm"');
    expect(await (await get('/graphql')).text()).toContain('"hasFarmPage":false');
    await gateway.close();
  });
});
