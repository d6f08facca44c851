import { describe, expect, it } from 'vitest';

import { type ConfigError, parseConfig } from '../../src/config/config.ts';

const oidc = { OIDC_ISSUERS: 'https://login.example', OIDC_AUDIENCE: 'cuegate' };

const parse = (environment: Readonly<Record<string, string>>) =>
  parseConfig({
    environment: { CUEBOT_ENDPOINT: 'cuebot:8443', JWT_SECRET: 'a-secret-for-tests-with-enough-bytes', ...environment },
    flags: {},
  });

describe('the settings of logging in at the pages', () => {
  it('name nobody by default, so that people paste tokens', () => {
    expect(
      parse({ GRAPHIQL_SCOPES: 'nonsense"', GRAPHIQL_LOGIN_PARAMETERS: 'nonsense' }).graphiqlLogin,
    ).toBeUndefined();
    expect(parse({ AUTH: 'none', GRAPHIQL_CLIENT_ID: 'graphiql' }).graphiqlLogin).toBeUndefined();
  });

  it('ask for little when they name a client', () => {
    expect(parse({ ...oidc, GRAPHIQL_CLIENT_ID: 'graphiql' }).graphiqlLogin).toEqual({
      clientId: 'graphiql',
      scopes: ['openid', 'cue:read'],
      parameters: {},
    });
  });

  it('add scopes and parameters', () => {
    const settings = {
      GRAPHIQL_CLIENT_ID: 'graphiql',
      GRAPHIQL_SCOPES: 'openid, api://cuegate/farm.read',
      GRAPHIQL_LOGIN_PARAMETERS: 'resource=https://cuegate.example/?a=b, kc_idp_hint=google',
    };
    expect(parse({ ...oidc, ...settings }).graphiqlLogin).toEqual({
      clientId: 'graphiql',
      scopes: ['openid', 'api://cuegate/farm.read'],
      parameters: { resource: 'https://cuegate.example/?a=b', kc_idp_hint: 'google' },
    });
  });

  it.each<[environment: Readonly<Record<string, string>>, problems: readonly string[]]>([
    [{}, ['GRAPHIQL_CLIENT_ID is set, but OIDC_ISSUERS is not, which says where people log in']],
    [
      { ...oidc, JWKS_URI: 'https://login.example/keys' },
      ['GRAPHIQL_CLIENT_ID needs an issuer that can be asked where people log in; JWKS_URI says that it cannot'],
    ],
    [
      { ...oidc, GRAPHIQL_SCOPES: 'openid cue:read,a"b' },
      [
        'GRAPHIQL_SCOPES: "openid cue:read" is no scope; expected words separated by commas',
        'GRAPHIQL_SCOPES: "a"b" is no scope; expected words separated by commas',
      ],
    ],
    [
      { ...oidc, GRAPHIQL_LOGIN_PARAMETERS: 'resource,=x,audience=,redirect_uri=https://evil.example,state=1' },
      [
        ...['resource', '=x', 'audience='].map(
          (text) =>
            `GRAPHIQL_LOGIN_PARAMETERS: "${text}" is no parameter; expected name=value, e.g. resource=https://cuegate.studio.example`,
        ),
        'GRAPHIQL_LOGIN_PARAMETERS: "redirect_uri" is set by GraphiQL itself',
        'GRAPHIQL_LOGIN_PARAMETERS: "state" is set by GraphiQL itself',
      ],
    ],
    [
      { ...oidc, GRAPHIQL_LOGIN_PARAMETERS: 'resource=https://a.example,resource=https://b.example' },
      ['GRAPHIQL_LOGIN_PARAMETERS: "resource" is there twice; only one value of it can be sent'],
    ],
    [
      { ...oidc, GRAPHIQL: 'false', FARM_PAGE: 'false' },
      [
        'GRAPHIQL_CLIENT_ID is set, but there is no page to log in at: GRAPHIQL and FARM_PAGE are false, or PERSISTED_OPERATIONS is only',
      ],
    ],
  ])('are refused when they are %j', (environment, problems) => {
    let found: unknown;
    try {
      parse({ GRAPHIQL_CLIENT_ID: 'graphiql', ...environment });
    } catch (error) {
      found = error;
    }
    expect((found as ConfigError).mistakes).toEqual(problems);
  });
});
