import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createBoundedFetch } from '../../../src/authentication/provider-fetch.ts';
import { createLoadKeys } from '../../../src/authentication/oidc/load-keys.ts';

import { type IssuerKey, makeKey, startIssuer, type TestIssuer } from './test-issuer.ts';

let issuer: TestIssuer;
let key: IssuerKey;

beforeAll(async () => {
  key = await makeKey('RS256', 'a');
  issuer = await startIssuer([key]);
});
afterAll(() => issuer.close());
beforeEach(() => {
  issuer.respond = undefined;
  issuer.published = [key.jwk];
  issuer.requests.length = 0;
});

const fetch = createBoundedFetch({ fetch: globalThis.fetch, timeoutMs: 300, maxBytes: 4_096 });
const loader = (more: { issuer?: string; jwksUri?: string } = {}) =>
  createLoadKeys({
    issuer: issuer.url,
    jwksUri: undefined,
    algorithms: ['RS256', 'ES256'],
    fetch,
    allowHttp: false,
    ...more,
  });

/** Answers one path with this, whatever it is. */
function answer(path: string, status: number, body: string, headers: Record<string, string> = {}): void {
  issuer.respond = (request, response) => {
    if (request.url !== path) return false;
    response.writeHead(status, headers).end(body);
    return true;
  };
}

const discovery = '/.well-known/openid-configuration';

/** The error of a fetch, with the issuer's address left out. */
async function failure(load = loader()): Promise<string> {
  try {
    await load();
  } catch (error) {
    return (error as Error).message.replaceAll(issuer.url, '<issuer>');
  }
  throw new Error('expected a failure');
}

describe('createLoadKeys()', () => {
  it('asks the issuer where its keys are, once as long as they are there', async () => {
    const load = loader();
    expect((await load()).size).toBe(1);
    await load();
    expect(issuer.requests).toEqual([discovery, '/keys', '/keys']);
    answer('/keys', 404, '');
    await failure(load);
    issuer.respond = undefined;
    await load();
    expect(issuer.requests.slice(3)).toEqual(['/keys', discovery, '/keys']);
  });

  it('asks nobody where the keys are when that is known', async () => {
    expect((await loader({ jwksUri: `${issuer.url}/keys`, issuer: 'https://issuer.example' })()).size).toBe(1);
    expect(issuer.requests).toEqual(['/keys']);
  });

  it.each<[name: string, arrange: () => void, message: string]>([
    ['an issuer that is not there', () => answer(discovery, 404, ''), `<issuer>${discovery} answers with status 404`],
    [
      'a document that is no JSON',
      () => answer(discovery, 200, '<html>'),
      `<issuer>${discovery} does not answer with JSON`,
    ],
    [
      'the document of another issuer',
      () => answer(discovery, 200, '{"issuer":"https://evil.example","jwks_uri":"https://evil.example/keys"}'),
      `<issuer>${discovery} is about the issuer "https://evil.example"; expected "<issuer>", to the letter`,
    ],
    [
      'null',
      () => answer(discovery, 200, 'null'),
      `<issuer>${discovery} is about the issuer undefined; expected "<issuer>", to the letter`,
    ],
    [
      'no place for the keys',
      () => answer(discovery, 200, JSON.stringify({ issuer: issuer.url })),
      `<issuer>${discovery} does not tell where the keys are: "jwks_uri" is missing`,
    ],
    [
      'keys by http on another machine',
      () => answer(discovery, 200, JSON.stringify({ issuer: issuer.url, jwks_uri: 'http://keys.example/' })),
      `<issuer>${discovery}: the "jwks_uri" "http://keys.example/" is http, so whoever is in between can be anybody; expected https`,
    ],
    [
      'keys in a file',
      () => answer(discovery, 200, JSON.stringify({ issuer: issuer.url, jwks_uri: 'file:///etc/passwd' })),
      `<issuer>${discovery}: the "jwks_uri" "file:///etc/passwd" is no https URL`,
    ],
    [
      'a redirect',
      () => answer('/keys', 302, '', { location: 'https://evil.example/keys' }),
      '<issuer>/keys answers with status 302',
    ],
    [
      'a huge key set',
      () => answer('/keys', 200, JSON.stringify({ keys: [key.jwk], x: 'x'.repeat(1_000_000) })),
      '<issuer>/keys answers with more than 4096 bytes',
    ],
    [
      'a key set that never comes',
      () => {
        issuer.respond = ({ url }) => url === '/keys';
      },
      '<issuer>/keys does not answer within 300 ms',
    ],
    [
      'a key set that comes too slowly',
      () => {
        issuer.respond = ({ url }, response) => {
          if (url !== '/keys') return false;
          const timer = setInterval(() => response.write(' '), 20);
          response.once('close', () => clearInterval(timer));
          return true;
        };
      },
      '<issuer>/keys does not answer within 300 ms',
    ],
    [
      'a connection that is cut',
      () => {
        issuer.respond = ({ url, socket }) => {
          if (url !== '/keys') return false;
          socket.destroy();
          return true;
        };
      },
      '<issuer>/keys cannot be reached',
    ],
    ['no list of keys', () => answer('/keys', 200, '{}'), 'the key set has no list "keys"'],
    [
      'too many keys',
      () => answer('/keys', 200, JSON.stringify({ keys: Array(101).fill(0) })),
      'the key set has 101 keys; at most 100 are read',
    ],
    [
      'no key at all',
      () => answer('/keys', 200, '{"keys":[]}'),
      'none of the 0 keys of the key set is for RS256, ES256',
    ],
    [
      'keys for something else only',
      () => {
        issuer.published = [
          { ...key.jwk, use: 'enc' },
          { ...key.jwk, key_ops: ['encrypt'] },
          { ...key.jwk, alg: 'RS512' },
          { ...key.jwk, n: 'AQAB' },
          { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' },
          { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
          { kty: 'OKP', crv: 'Ed25519', x: 'AA' },
          null as never,
        ];
      },
      'none of the 8 keys of the key set is for RS256, ES256',
    ],
  ])('fails at %s', async (_, arrange, message) => {
    arrange();
    expect(await failure()).toBe(message);
  });

  it('passes over keys that it cannot use, for those that it can', async () => {
    issuer.published = [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, null as never, key.jwk];
    const ring = await loader()();
    expect([ring.size, ring.find('RS256', 'a').length, ring.find('ES256', undefined).length]).toEqual([1, 1, 0]);
  });

  it('knows the names of all keys, also of those that it cannot use', async () => {
    const broken = { kty: 'RSA', n: key.jwk.n!, kid: 'broken' };
    issuer.published = [key.jwk, broken, { ...key.jwk, kid: 'other', alg: 'PS256' }, null as never];
    const ring = await loader()();
    expect(['a', 'broken', 'other', 'made-up'].map((kid) => ring.has(kid))).toEqual([true, true, true, false]);
    expect(['broken', 'other'].flatMap((kid) => ring.find('RS256', kid))).toEqual([]);
  });
});
