import { describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';
import { findUnusedNames } from '../../src/config/unused-names.ts';

const secret = 'a-secret-for-tests-with-enough-bytes-in-it';

describe('findUnusedNames()', () => {
  it.each([
    ['CUEBOT_ENDPONT', 'CUEBOT_ENDPOINT'],
    ['CUEBOT_ENPOINT', 'CUEBOT_ENDPOINT'],
    ['cuebot_endpoint', 'CUEBOT_ENDPOINT'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['ALLOWED_HOST', 'ALLOWED_HOSTS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['JWT_SECERT', 'JWT_SECRET'],
    ['JWT_SECRET_FLIE', 'JWT_SECRET_FILE'],
    ['OIDC_ISSUER', 'OIDC_ISSUERS'],
  ])('takes %s for %s', (name, meant) => {
    expect(findUnusedNames({ [name]: 'x' })).toEqual([`${name} is no setting; did you mean "${meant}"?`]);
  });

  it.each([
    ['GRPC_ENDPOINT', 'set CUEBOT_ENDPOINT'],
    ['HTTP_PORT', 'set REST_PORT'],
    ['JWT_AUTH_SECRET', 'set JWT_SECRET'],
  ])('knows %s from the Go gateway', (name, instead) => {
    expect(findUnusedNames({ [name]: 'x' })).toEqual([expect.stringContaining(`${name} has no effect: ${instead}`)]);
  });

  it('says nothing of settings, nor of what other programs and platforms set', () => {
    const environment = {
      CUEBOT_ENDPOINT: 'cuebot:8443',
      JWT_SECRET_FILE: '/run/secrets/jwt',
      HOST: '127.0.0.1',
      ...Object.fromEntries(
        [
          'PATH',
          'PORT',
          'HOME',
          'HOSTNAME',
          'USER',
          'LANG',
          'PWD',
          'SHLVL',
          'NODE_VERSION',
          'NODE_OPTIONS',
          'KUBERNETES_SERVICE_HOST',
          'KUBERNETES_PORT_443_TCP_ADDR',
          'CUEBOT_PORT',
          'CUEBOT_SERVICE_HOST',
          'CUEBOT_HOSTS',
          'REST_GATEWAY_PORT',
          'LOG_FORMAT',
          'XDG_RUNTIME_DIR',
          'SSL_CERT_FILE',
        ].map((name) => [name, 'x']),
      ),
    };
    expect(findUnusedNames(environment)).toEqual([]);
  });
});

describe('readConfig()', () => {
  it('tells of a misspelt name beside what is missing by it', () => {
    const { problems, unusedNames } = readConfig({
      environment: { CUEBOT_ENDPONT: 'cuebot:8443', JWT_SECRET: secret },
      flags: {},
    });
    const sentence = 'CUEBOT_ENDPONT is no setting; did you mean "CUEBOT_ENDPOINT"?';
    expect(problems.found).toEqual([expect.stringContaining('CUEBOT_ENDPOINT is not set'), sentence]);
    expect(unusedNames).toEqual([sentence]);
  });

  it('starts with a misspelt name that nothing depends on', () => {
    const environment = { CUEBOT_ENDPOINT: 'cuebot:8443', JWT_SECRET: secret, CORS_ORIGIN: 'https://a.example' };
    const { problems, unusedNames } = readConfig({ environment, flags: {} });
    expect([problems.found, unusedNames.length]).toEqual([[], 1]);
  });
});
