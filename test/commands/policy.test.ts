import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { policy } from '../../src/commands/policy.ts';
import { secret } from '../app/running-gateway.ts';

let output = '';
let folder: string;
beforeEach(async () => {
  output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  folder = await mkdtemp(join(tmpdir(), 'cuegate-policy-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

const tokenWith = (claims: object) => signToken({ secret, claims: { sub: 'ann', ...claims } });
const explain = (
  words: readonly string[],
  claims: object | undefined,
  environment: Readonly<Record<string, string>> = {},
) =>
  policy({
    environment: { JWT_SECRET: secret, ...environment },
    flags: {},
    words,
    values: claims === undefined ? {} : { token: tokenWith(claims) },
    switches: new Set(),
  });

describe('cuegate policy explain', () => {
  it('says yes, and by what', async () => {
    await explain(['explain', 'job.JobInterface/Kill'], { scope: 'cue:operate' });
    expect(output).toBe('yes: job.JobInterface/Kill: by scope cue:operate\n');
    expect(process.exitCode).toBeUndefined();
  });

  it('says no and why, and ends with status 1', async () => {
    await explain(['explain', 'job.JobInterface/Kill', 'job.JobInterface/GetJob'], { scope: 'cue:read' });
    expect(output).toBe(
      'no: job.JobInterface/Kill: You need cue:operate to call job.JobInterface/Kill; your token has cue:read. ' +
        '(level operate, SCOPE_MISSING)\n' +
        'yes: job.JobInterface/GetJob: by scope cue:read\n',
    );
    expect(process.exitCode).toBe(1);
  });

  it('takes patterns', async () => {
    await explain(['explain', 'facility.FacilityInterface/*'], { scope: 'cue:admin' });
    expect(output.split('\n').map((line) => line.slice(0, line.indexOf(':')))).toEqual([
      'yes',
      'no',
      'yes',
      'yes',
      'yes',
      '',
    ]);
  });

  it('counts the settings', async () => {
    await explain(['explain', 'job.JobInterface/Kill'], {}, { JWT_SECRET_LEVEL: 'read' });
    expect(output).toContain('no: job.JobInterface/Kill: You need cue:operate');
    expect(output).toContain('; your token has the level read.');
    output = '';
    await explain(['explain', 'job.JobInterface/LaunchSpec'], {});
    expect(output).toBe('yes: job.JobInterface/LaunchSpec: by JWT_SECRET_LEVEL=everything\n');
    output = '';
    await explain(['explain', 'job.JobInterface/LaunchSpec'], undefined, { AUTH: 'none' });
    expect(output).toBe('yes: job.JobInterface/LaunchSpec: by AUTH=none\n');
  });

  it('says when it depends on what the call acts on', async () => {
    const file = join(folder, 'policy.yaml');
    await writeFile(file, 'rules:\n  own-jobs:\n    level: operate\n    only: owner\n    why: so\n');
    await explain(['explain', 'job.JobInterface/Kill'], { scope: 'cue:operate' }, { POLICY_FILE: file });
    expect(output).toBe(
      'depends: job.JobInterface/Kill: Whether you may call job.JobInterface/Kill depends on what it acts on. ' +
        '(rule own-jobs, RESOURCE_NEEDED)\n',
    );
  });

  it('tells a token that is refused', async () => {
    await expect(explain(['explain', 'job.JobInterface/Kill'], { exp: 1 })).rejects.toThrow(
      'no: the token is refused before anything is called: Token validation error: token has invalid claims: token is expired',
    );
  });

  it.each<[words: readonly string[], environment: Readonly<Record<string, string>>, message: string]>([
    [
      [],
      {},
      '"policy" takes the word "explain" and the names of RPCs: cuegate policy explain --token TOKEN job.JobInterface/Kill',
    ],
    [
      ['explain'],
      {},
      '"policy" takes the word "explain" and the names of RPCs: cuegate policy explain --token TOKEN job.JobInterface/Kill',
    ],
    [['explain', 'job.Job/Kil'], {}, '"job.Job/Kil" is no RPC; cuegate operations lists them all'],
    [['explain', '('], {}, '"(" is no RPC; cuegate operations lists them all'],
    [
      ['explain', 'job.JobInterface/Kill'],
      { POLICY_FILE: '/nowhere.yaml' },
      'cuegate cannot start with these settings:\n  - POLICY_FILE: the file /nowhere.yaml does not exist',
    ],
  ])('refuses %j with %j', async (words, environment, message) => {
    await expect(explain(words, {}, environment)).rejects.toThrow(message);
  });

  it('asks for a token', async () => {
    await expect(explain(['explain', 'job.JobInterface/Kill'], undefined)).rejects.toThrow(
      '"policy explain" needs a token: cuegate policy explain --token TOKEN job.JobInterface/Kill',
    );
  });
});
