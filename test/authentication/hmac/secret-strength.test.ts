import { describe, expect, it } from 'vitest';

import { findWeakSecrets } from '../../../src/authentication/hmac/secret-strength.ts';

const generate = 'generate one: openssl rand -base64 48';
const weaknessOf = (secret: string) => [...findWeakSecrets([['JWT_SECRET', secret]])];

describe('findWeakSecrets()', () => {
  it.each([
    'default-secret-key',
    'dev-secret-key-change-in-production',
    'dev-secret-key-not-for-production',
    'opencue-dev-jwt-secret-change-in-production',
    'cueweb-nextauth-secret-change-in-production',
    'production-secret-key-very-long-and-secure',
    'your-secret-key',
  ])('knows %s from documents', (secret) => {
    expect(weaknessOf(secret)).toEqual([
      `JWT_SECRET is a default that everybody can read in OpenCue's documents; ${generate}`,
    ]);
  });

  it.each([
    'studio-jwt-secret-change-in-production-2026',
    'STUDIO_JWT_SECRET_CHANGE_IN_PRODUCTION_2026',
    'only for tests, not for production, 123456789',
    'my very long and secure secret of the render farm',
    'your-secret-key-your-secret-key-your-secret-key',
    'this is the Default Secret of our render farm 1',
    'please-change-me-please-change-me-please-change-me',
    'replace_me_replace_me_replace_me_replace_me',
  ])('knows %s for a placeholder', (secret) => {
    expect(weaknessOf(secret)).toEqual([
      `JWT_SECRET is a placeholder of the kind that documents show, and no secret; ${generate}`,
    ]);
  });

  it.each([
    ['x8Jf02!kd', `JWT_SECRET has 9 bytes; at least 32 are required; ${generate}`],
    ['abcabc'.repeat(20), `JWT_SECRET has 3 different characters, so it can be guessed; ${generate}`],
  ])('says why %s can be guessed', (secret, problem) => expect(weaknessOf(secret)).toEqual([problem]));

  it.each([
    '',
    'q1qgUXF4JjW3c9Ck0oRyvzR1Tn0mPYxw6hbbBRyXRZ4=',
    '3f3f3f3f3fa1b2c4d5e6f708192a3b4c5d',
    'üüüüüüüüüabcdefgh12345678',
  ])('has nothing against %j', (secret) => expect(weaknessOf(secret)).toEqual([]));

  it('names each secret by its setting', () => {
    const secrets = [
      ['JWT_SECRET', 'short'],
      ['JWT_SECRET_PREVIOUS', 'default-secret-key'],
    ] as const;
    expect([...findWeakSecrets(secrets)].map((problem) => problem.split(' ', 1)[0])).toEqual([
      'JWT_SECRET',
      'JWT_SECRET_PREVIOUS',
    ]);
  });
});
