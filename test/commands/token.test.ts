import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createHmacVerifier } from '../../src/authentication/hmac/hmac-verifier.ts';
import { token } from '../../src/commands/token.ts';
import { UserError } from '../../src/errors/user-error.ts';
import type { Identity } from '../../src/call/identity.ts';

import { secret } from '../app/running-gateway.ts';

let output: string;
let folder: string;
beforeEach(() => {
  output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  folder = mkdtempSync(join(tmpdir(), 'cuegate-token-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

type Texts = Readonly<Record<string, string>>;

const run = (environment: Texts, values: Texts = {}, flags: Texts = {}) =>
  token({ environment, flags, values, words: [], switches: new Set() });

/** Whom the printed token is for, as the gateway will see them. */
async function identityFor(environment: Texts, values: Texts = {}, flags: Texts = {}): Promise<Identity> {
  await run(environment, values, flags);
  return createHmacVerifier({ secrets: [secret], now: Date.now }).verify(output.trimEnd()).identity;
}

const secretFile = () => {
  const path = join(folder, 'secret');
  writeFileSync(path, `${secret}\n`);
  return path;
};

describe('cuegate token', () => {
  it('is for the user who runs it, for an hour, and says nothing of scopes', async () => {
    const identity = await identityFor({ JWT_SECRET: secret, USER: 'ann' });
    expect(identity).toMatchObject({ subject: 'ann', scopes: undefined });
    const { iat, exp } = identity.claims as { iat: number; exp: number };
    expect(exp - iat).toBe(3_600);
  });

  it('is for the user and of the scopes that are asked for', async () => {
    const values = { subject: 'bob', scopes: 'cue:read cue:operate' };
    expect(await identityFor({ JWT_SECRET: secret, USER: 'ann' }, values)).toMatchObject({
      subject: 'bob',
      scopes: ['cue:read', 'cue:operate'],
    });
  });

  it.each<[name: string, environment: () => Texts, flags: Texts]>([
    ['the environment', () => ({ JWT_SECRET: secret }), {}],
    ['a file', () => ({ JWT_SECRET_FILE: secretFile() }), {}],
    ['a file beside an empty JWT_SECRET', () => ({ JWT_SECRET: '', JWT_SECRET_FILE: secretFile() }), {}],
    ['an option, which wins', () => ({ JWT_SECRET: 'another' }), { JWT_SECRET: secret }],
    ['a gateway with other settings that are wrong', () => ({ JWT_SECRET: secret, REST_PORT: 'x' }), {}],
  ])('is signed with the secret of %s', async (_, environment, flags) => {
    expect(await identityFor(environment(), { subject: 'ann' }, flags)).toMatchObject({ subject: 'ann' });
  });

  it.each<[name: string, environment: Texts, values: Texts, problem: string]>([
    ['no secret', {}, {}, 'JWT_SECRET is not set: it must be the secret of the gateway that the token is for'],
    [
      'a file that is not there',
      { JWT_SECRET_FILE: '/nowhere/secret' },
      {},
      'JWT_SECRET_FILE names a file that cannot be read: /nowhere/secret',
    ],
    [
      'no subject',
      { JWT_SECRET: secret },
      { subject: '' },
      '--subject is empty; it names the user whom the token is for',
    ],
  ])('is not made of %s', async (_, environment, values, problem) => {
    await expect(run(environment, values)).rejects.toThrow(problem);
    await expect(run(environment, values)).rejects.toBeInstanceOf(UserError);
    expect(output).toBe('');
  });
});
