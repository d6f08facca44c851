import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createGraphiqlPage } from '../../src/graphiql/create-graphiql-page.ts';
import type { AuthorizationServer } from '../../src/authentication/oidc/authorization-server.ts';

import { servePage } from './serve-page.ts';

const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let served: Awaited<ReturnType<typeof servePage>>;

beforeAll(async () => {
  const tabs = [{ query: '# </script><b>\nquery Shows { showGetShows { __typename } }' }];
  served = await servePage(createGraphiqlPage({ path: '/graphql', needsToken: true, tabs }));
});
afterAll(() => served.close());

interface Received {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** With node:http and not fetch, which unpacks bodies and adds headers of its own. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Received> {
  return new Promise((resolve, reject) => {
    // The path apart from the address: as a URL its dots would be resolved before they are sent.
    const request = httpRequest(served.address, { path, method, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
    });
    request.on('error', reject).end();
  });
}

const addressesIn = (body: Buffer) => [...body.toString().matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path!);
const findAddress = async (end: string) =>
  `/${addressesIn((await ask('/graphql', { accept: html })).body).find((path) => path.endsWith(end))}`;

describe('createGraphiqlPage()', () => {
  it('answers browsers with a page that may load and run files from here only', async () => {
    const { status, headers } = await ask('/graphql', { accept: html });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
      vary: 'accept, accept-encoding',
    });
  });

  it('writes no script and no style into the page, and no settings that could end their element', async () => {
    const text = (await ask('/graphql', { accept: html })).body.toString();
    const scripts = [...text.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)];
    expect(scripts.map(([, attributes]) => attributes)).toEqual([
      ' type="application/json" id="settings"',
      expect.stringMatching(/^ type="module" src="graphql\/assets\/page-[\w-]{8}\.js"$/),
    ]);
    expect(JSON.parse(scripts[0]![2]!)).toEqual({
      needsToken: true,
      tabs: [{ query: '# </script><b>\nquery Shows { showGetShows { __typename } }' }],
      hasFarmPage: false,
    });
    expect(text).not.toMatch(/<style|\son\w+=|javascript:/);
  });

  it('serves every file that the page names, with its type, for a year', async () => {
    const addresses = addressesIn((await ask('/graphql', { accept: html })).body);
    const types = await Promise.all(
      addresses.map(async (address) => {
        const { status, headers } = await ask(`/${address}`);
        expect(status).toBe(200);
        expect(headers).toMatchObject({
          'cache-control': 'public, max-age=31536000, immutable',
          'x-content-type-options': 'nosniff',
          'cross-origin-resource-policy': 'same-origin',
          vary: 'accept-encoding',
        });
        return headers['content-type'];
      }),
    );
    expect(types.sort()).toEqual([
      'image/svg+xml; charset=utf-8',
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
      'text/plain; charset=utf-8',
    ]);
  });

  it('names the licences of all that is inside', async () => {
    const text = (await ask(await findAddress('.txt'))).body.toString();
    expect(text).toContain('graphiql 3.9.0 (MIT)');
    for (const name of [
      'react',
      'react-dom',
      'codemirror',
      'graphql',
      'codemirror-graphql',
      '@graphiql/react',
      'oauth4webapi',
    ]) {
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
  });

  it('packs what it sends to those who can unpack it', async () => {
    const address = await findAddress('.js');
    const [plain, packed] = [await ask(address), await ask(address, { 'accept-encoding': 'gzip, deflate' })];
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(Number(packed.headers['content-length'])).toBe(packed.body.length);
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    const smaller = await ask(address, { 'accept-encoding': 'gzip, deflate, br' });
    expect(smaller.headers['content-encoding']).toBe('br');
    expect(smaller.body.length).toBeLessThan(packed.body.length);
    expect(brotliDecompressSync(smaller.body).equals(plain.body)).toBe(true);
    for (const refusal of ['gzip;q=0', 'gzip; q=0.0, br;q=0', 'identity', 'zstd']) {
      expect((await ask(address, { 'accept-encoding': refusal })).headers['content-encoding']).toBeUndefined();
    }
    expect((await ask(address, { 'accept-encoding': 'gzip;q=0.5' })).headers['content-encoding']).toBe('gzip');
  });

  it('answers 304 to those who have it already', async () => {
    for (const path of ['/graphql', await findAddress('.css')]) {
      const { etag } = (await ask(path, { accept: html })).headers;
      const again = await ask(path, { accept: html, 'if-none-match': `"other", ${etag}` });
      expect(again).toMatchObject({ status: 304, headers: { etag } });
      expect(again.body).toHaveLength(0);
      expect((await ask(path, { accept: html, 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  it('answers HEAD with the headers of GET', async () => {
    const [head, get] = [await ask('/graphql', { accept: html }, 'HEAD'), await ask('/graphql', { accept: html })];
    expect(head.body).toHaveLength(0);
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
  });

  it.each(['nothing.js', '', '../../package.json', '%2e%2e/%2e%2e/package.json', 'page.css', '__proto__'])(
    'has no file %j',
    async (name) => {
      const { status, headers, body } = await ask(`/graphql/assets/${name}`);
      expect(status).toBe(404);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(body.toString()).toBe('no such file; the page may be of another version: load it again\n');
    },
  );

  it('stays below 3 MB in all, and runs no text as code', async () => {
    const seen = new Map<string, Buffer>();
    const visit = async (address: string): Promise<void> => {
      if (seen.has(address)) return;
      seen.set(address, Buffer.alloc(0));
      const { status, body } = await ask(address);
      expect(status).toBe(200);
      seen.set(address, body);
      const parts = [...body.toString().matchAll(/["'`]\.\/(part-[\w-]{8}\.js)["'`]/g)];
      for (const [, part] of parts) await visit(`/graphql/assets/${part}`);
    };
    for (const end of ['.js', '.css', '.svg', '.txt']) await visit(await findAddress(end));
    expect(seen.size).toBeGreaterThan(10);
    expect([...seen.values()].reduce((total, { length }) => total + length, 0)).toBeLessThan(3_000_000);
    for (const [address, body] of seen) {
      if (address.endsWith('.js')) expect(body.toString()).not.toMatch(/\beval\(|new Function\(/);
    }
  });

  it('tells how people log in, and may talk to the issuer’s token endpoint alone, as soon as that is known', async () => {
    let server: AuthorizationServer | undefined;
    const login = {
      clientId: 'graphiql',
      scopes: ['openid', 'cue:read'],
      parameters: { resource: 'https://a.example' },
    };
    const options = { path: '/graphql', needsToken: true, tabs: [], login, authorizationServer: () => server };
    const loginPage = await servePage(createGraphiqlPage(options));
    const visit = async () => {
      const response = await fetch(`${loginPage.address}/graphql`, { headers: { accept: html } });
      const text = await response.text();
      return {
        settings: JSON.parse(/id="settings">([^<]*)</.exec(text)![1]!),
        connect: /connect-src ([^;]*);/.exec(response.headers.get('content-security-policy')!)?.[1],
        etag: response.headers.get('etag'),
      };
    };
    const before = await visit();
    expect(before).toMatchObject({ settings: { login: { ...login, server: null } }, connect: "'self'" });
    server = {
      issuer: 'https://login.example',
      authorization_endpoint: 'https://login.example/authorize',
      token_endpoint: 'https://tokens.example/a;b,c/token?tenant=1',
      revocation_endpoint: 'https://login.example/revoke',
    };
    const after = await visit();
    expect(after).toMatchObject({
      settings: { login: { ...login, server } },
      connect: "'self' https://tokens.example/a%3Bb%2Cc/token https://login.example/revoke",
    });
    expect(after.etag).not.toBe(before.etag);
    await loginPage.close();
  });

  describe('handles', () => {
    const page = createGraphiqlPage({ path: '/graphql', needsToken: true });
    const handles = (method: string, url: string, accept?: string) =>
      page.handles({ method, url, headers: { accept } } as unknown as IncomingMessage);

    it.each([
      ['GET', '/graphql', html, true],
      ['HEAD', '/graphql', html, true],
      ['GET', '/graphql?query={__typename}', html, true],
      ['GET', '/graphql/assets/x.js', '*/*', true],
      ['GET', '/graphql/assets/x.js', undefined, true],
      ['GET', '/graphql', '*/*', false],
      ['GET', '/graphql', 'application/json', false],
      ['GET', '/graphql', undefined, false],
      ['POST', '/graphql', html, false],
      ['OPTIONS', '/graphql/assets/x.js', html, false],
      ['GET', '/graphqlx', html, false],
      ['GET', '/graphql/assets', html, false],
      ['GET', '/', html, false],
    ])('%s %s for %s: %s', (method, url, accept, expected) => expect(handles(method, url, accept)).toBe(expected));
  });
});
