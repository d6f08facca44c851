import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { send, shareGateway, startGateway, type TestGateway } from '../app/running-gateway.ts';

const get = ({ url }: TestGateway, path = '/docs', method = 'GET') => send(undefined, url + path, method, {});

describe('/docs', () => {
  const usual = shareGateway();

  it('is a page that may load and run files from here only', async () => {
    const { status, headers, text } = await get(usual());
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|https?:/);
  });

  it('serves every file that the page names, and the document', async () => {
    const gateway = usual();
    const { text } = await get(gateway);
    const addresses = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address]) => `/${address}`);
    expect(addresses).toHaveLength(8);
    for (const address of addresses) expect([address, (await get(gateway, address)).status]).toEqual([address, 200]);
    expect((await get(gateway, '/docs/assets/nothing.js')).status).toBe(404);
  });

  it('holds the licences of what was vendored', async () => {
    const gateway = usual();
    const [, licences] = /href="(docs\/assets\/licences[^"]+)"/.exec((await get(gateway)).text)!;
    const { text } = await get(gateway, `/${licences}`);
    expect(text).toMatch(/^swagger-ui-dist \d/);
    expect(text).toContain('Apache License');
  });

  it('can only be looked at', async () => {
    expect(await get(usual(), '/docs', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it.each([{ SWAGGER_UI: 'false' }, { OPENAPI: 'false' }])('is not there with %o', async (settings) => {
    const gateway = await startGateway({ settings });
    const { status } = await get(gateway);
    await gateway.close();
    expect(status).toBe(401);
  });
});

it('installs Swagger UI without the report that one of its packages would send home', () => {
  const { scarfSettings } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(scarfSettings).toEqual({ enabled: false });
});
