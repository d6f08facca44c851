import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ConfigError, parseConfig } from '../../src/config/config.ts';

const secret = 'a-secret-for-tests-with-enough-bytes-in-it';
const issuer = 'https://login.example';
const client = { INTROSPECTION_CLIENT_ID: 'cuegate', INTROSPECTION_CLIENT_SECRET: 'secret' };

const parse = (environment: Readonly<Record<string, string>>) =>
  parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', ...environment }, flags: {} });

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    parse(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

const noSecret = 'JWT_SECRET is not set: it signs the tokens that callers show; generate one: openssl rand -base64 48';

/** A file for one test. */
function withFile(text: string, run: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-'));
  try {
    const path = join(folder, 'secret');
    writeFileSync(path, text);
    run(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the settings of authentication', () => {
  it.each<[name: string, environment: Readonly<Record<string, string>>]>([
    ['a shared secret', { JWT_SECRET: secret }],
    ['a shared secret and the one before', { JWT_SECRET: secret, JWT_SECRET_PREVIOUS: `${secret}-before` }],
    ['an issuer', { OIDC_ISSUERS: issuer, OIDC_AUDIENCE: 'cuegate' }],
    ['an issuer on this machine', { OIDC_ISSUERS: 'http://127.0.0.1:8080', OIDC_AUDIENCE: 'cuegate' }],
    [
      'an issuer by http, on purpose',
      { OIDC_ISSUERS: 'http://login.example', OIDC_AUDIENCE: 'cuegate', ALLOW_HTTP_ISSUERS: 'true' },
    ],
    ['an issuer without discovery', { OIDC_ISSUERS: issuer, JWKS_URI: `${issuer}/keys`, OIDC_AUDIENCE: 'cuegate' }],
    ['introspection', { INTROSPECTION_URL: `${issuer}/introspect`, ...client }],
    ['API keys', { API_KEYS_FILE: '/etc/cuegate/keys.json' }],
    ['nothing that counts', { AUTH: 'none', OIDC_ISSUERS: 'nonsense', PUBLIC_URL: 'nonsense' }],
  ])('may name %s', (_, environment) => {
    expect(problemsOf(environment)).toEqual([]);
  });

  it.each([undefined, ''])('may have the secret in a file, beside JWT_SECRET=%s', (empty) => {
    withFile(`${secret}\n`, (path) => {
      const beside = empty === undefined ? {} : { JWT_SECRET: empty };
      expect(parse({ JWT_SECRET_FILE: path, ...beside }).authentication.jwtSecrets).toEqual([secret]);
    });
  });

  it.each<[environment: Readonly<Record<string, string>>, problems: readonly string[]]>([
    [{}, [noSecret]],
    [{ JWT_SECRET_PREVIOUS: secret }, [noSecret]],
    [
      { JWT_SECRET: secret, JWT_SECRET_PREVIOUS: 'short' },
      ['JWT_SECRET_PREVIOUS has 5 bytes; at least 32 are required; generate one: openssl rand -base64 48'],
    ],
    [
      { JWT_SECRET: 'abcabc'.repeat(20) },
      ['JWT_SECRET has 3 different characters, so it can be guessed; generate one: openssl rand -base64 48'],
    ],
    [
      { OIDC_ISSUERS: issuer },
      [
        'OIDC_AUDIENCE is not set: it names what tokens are made for, so that those for other services are refused here',
      ],
    ],
    [
      { OIDC_ISSUERS: 'http://login.example,login.example', OIDC_AUDIENCE: 'cuegate' },
      [
        'OIDC_ISSUERS: "http://login.example" is http, so whoever is in between can be anybody; expected https',
        'OIDC_ISSUERS: "login.example" is no URL',
      ],
    ],
    [
      { OIDC_ISSUERS: 'https://me:secret@login.example', OIDC_AUDIENCE: 'cuegate' },
      ['OIDC_ISSUERS: a URL must not hold a user name or password'],
    ],
    [
      { OIDC_ISSUERS: `${issuer},https://other.example`, JWKS_URI: `${issuer}/keys`, OIDC_AUDIENCE: 'cuegate' },
      ['JWKS_URI holds the keys of one issuer, but OIDC_ISSUERS names 2; expected the "iss" of its tokens'],
    ],
    [
      { OIDC_ISSUERS: issuer, OIDC_AUDIENCE: 'cuegate', OIDC_ALGORITHMS: 'HS256,RS265' },
      [
        'OIDC_ALGORITHMS: "HS256" is not among RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519; it needs a shared secret, and published keys are none',
        'OIDC_ALGORITHMS: "RS265" is not among RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519; did you mean "RS256"?',
      ],
    ],
    [
      { INTROSPECTION_URL: 'ftp://login.example' },
      [
        'INTROSPECTION_URL: "ftp://login.example" is no https URL',
        'INTROSPECTION_CLIENT_ID is not set: issuers answer only clients that they know',
        'INTROSPECTION_CLIENT_SECRET is not set: issuers answer only clients that they know',
      ],
    ],
    [
      client,
      ['INTROSPECTION_URL is not set, but a client for it is; it names the endpoint that is asked about tokens'],
    ],
    [
      { JWT_SECRET: secret, PUBLIC_URL: 'http://cuegate.example' },
      ['PUBLIC_URL: "http://cuegate.example" is http, so whoever is in between can be anybody; expected https'],
    ],
    [
      { JWT_SECRET: secret, USER_CLAIM: ',', USER_DOMAIN: '@studio.example' },
      [
        'USER_CLAIM is empty: no token would say who its user is',
        'USER_DOMAIN is "@studio.example"; expected a domain such as studio.example',
      ],
    ],
    [
      { JWT_SECRET: secret, PUBLIC_URL: 'https://cuegate.example/?a=1' },
      ['PUBLIC_URL: "https://cuegate.example/?a=1" has a query'],
    ],
  ])('are refused when they are %j', (environment, problems) => {
    expect(problemsOf(environment)).toEqual(problems);
  });
});
