import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createAuthentication } from '../../../src/authentication/create-authentication.ts';
import { readAuthorizationServer } from '../../../src/authentication/oidc/issuer-metadata.ts';

import { settingsOf, silent } from '../settings.ts';
import { audience, type IssuerKey, makeKey, startIssuer, type TestIssuer } from './test-issuer.ts';

const issuer = 'https://login.example/realms/farm';
const good = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
};
const discovery = `${issuer}/.well-known/openid-configuration`;

describe('readAuthorizationServer()', () => {
  it('takes what a browser needs, and nothing else', () => {
    expect(readAuthorizationServer(good, { allowHttp: false })).toEqual({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      authorization_response_iss_parameter_supported: false,
    });
    const rich = {
      ...good,
      revocation_endpoint: `${issuer}/revoke`,
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['ES256'],
    };
    expect(readAuthorizationServer(rich, { allowHttp: false })).toEqual({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['ES256'],
    });
  });

  it.each([null, 'http://login.example/revoke', 7])('does without ending tokens at %j', (endpoint) => {
    const found = readAuthorizationServer({ ...good, revocation_endpoint: endpoint }, { allowHttp: false });
    expect(found).not.toHaveProperty('revocation_endpoint');
    expect(found.token_endpoint).toBe(`${issuer}/token`);
  });

  it.each<[more: object, message: string]>([
    [
      { authorization_endpoint: undefined },
      `${discovery} does not tell where people log in: "authorization_endpoint" is missing`,
    ],
    [{ token_endpoint: 7 }, `${discovery} does not tell where people log in: "token_endpoint" is missing`],
    [
      { token_endpoint: 'http://login.example/token' },
      `${discovery}: the "token_endpoint" "http://login.example/token" is http, so whoever is in between can be anybody; expected https`,
    ],
    [
      { authorization_endpoint: 'javascript:alert(1)' },
      `${discovery}: the "authorization_endpoint" "javascript:alert(1)" is no https URL`,
    ],
  ])('refuses %j', (more, message) => {
    expect(() => readAuthorizationServer({ ...good, ...more }, { allowHttp: false })).toThrow(message);
  });
});

describe('an authentication with issuers', () => {
  let key: IssuerKey;
  let first: TestIssuer;
  let second: TestIssuer;

  beforeAll(async () => {
    key = await makeKey('RS256', 'a');
    [first, second] = [await startIssuer([key]), await startIssuer([key])];
    for (const each of [first, second]) {
      each.metadata = { authorization_endpoint: `${each.url}/authorize`, token_endpoint: `${each.url}/token` };
    }
  });
  afterAll(async () => {
    await first.close();
    await second.close();
  });

  const start = async (...issuers: readonly string[]) => {
    const settings = settingsOf({ issuers, audiences: [audience], offersLogin: true });
    const warned: unknown[] = [];
    const logger = { ...silent, warn: (fields: object) => void warned.push(fields) };
    const authentication = createAuthentication(settings, { logger });
    expect(authentication.authorizationServer()).toBeUndefined();
    await authentication.start();
    authentication.close();
    return { server: authentication.authorizationServer(), warned };
  };

  it('knows where people log in: at the first one', async () => {
    expect((await start(first.url, second.url)).server).toMatchObject({
      issuer: first.url,
      token_endpoint: `${first.url}/token`,
    });
    expect((await start(second.url, first.url)).server).toMatchObject({ issuer: second.url });
  });

  it('takes the tokens of one at which nobody can log in', async () => {
    const machines = await startIssuer([key]);
    const { server, warned } = await start(machines.url);
    expect(server).toBeUndefined();
    expect(machines.keyRequests()).toBe(1);
    expect(warned).toEqual([
      {
        issuer: machines.url,
        reason: `${machines.url}/.well-known/openid-configuration does not tell where people log in: "authorization_endpoint" is missing`,
      },
    ]);
    await machines.close();
  });
});
