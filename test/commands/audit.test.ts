import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { audit } from '../../src/commands/audit.ts';
import { secret, startGateway } from '../app/running-gateway.ts';

let output = '';
let folder: string;
let path: string;
beforeEach(async () => {
  output = '';
  const listen = (text: string | Uint8Array) => {
    output += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(listen);
  vi.spyOn(process.stderr, 'write').mockImplementation(listen);
  folder = await mkdtemp(join(tmpdir(), 'cuegate-audit-'));
  path = join(folder, 'audit.jsonl');
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

const verifyFrom = (values: Readonly<Record<string, string>>, ...words: readonly string[]) =>
  audit({ environment: {}, flags: {}, words, values, switches: new Set() });
const verify = (...words: readonly string[]) => verifyFrom({}, ...words);

describe('cuegate audit verify', () => {
  it('takes the files of several gateways, and tells of each', async () => {
    const pattern = join(folder, '100%%-%h-%p.jsonl');
    const { rest, close } = await startGateway({ settings: { AUDIT_FILE: pattern } });
    await rest('job.JobInterface/Pause', { job: { id: 'j-1' } });
    await close();
    const [file = ''] = await readdir(folder);
    expect(file).toBe(`100%-${hostname()}-${process.pid}.jsonl`);
    const one = join(folder, file);
    const other = join(folder, 'other.jsonl');
    await copyFile(one, `${other}.1`);
    await writeFile(other, '');
    await verify('verify', other, `${other}.1`, one);
    expect(output.replaceAll(/[0-9a-f]{64}/g, 'HASH').split('\n')).toEqual([
      `${other}: 2 records, number 1 to 2: unbroken; the last hash is HASH`,
      `${one}: 2 records, number 1 to 2: unbroken; the last hash is HASH`,
      '',
    ]);
    output = '';
    await writeFile(one, (await readFile(one, 'utf8')).replace('j-1', 'j-2'));
    await verify('verify', one, `${other}.1`);
    expect(output).toMatch(/^.*: broken after 1 record: .*\n.*other.jsonl: 2 records, number 1 to 2: unbroken; .*\n$/);
    expect(process.exitCode).toBe(1);
    await expect(verifyFrom({ from: '1' }, 'verify', one, `${other}.1`)).rejects.toThrow(
      '--from and --anchor are about one audit, and these files are of 2; verify each by itself',
    );
  });

  it('finds the audit of a gateway unbroken, and a change of it', async () => {
    const { rest, graphql, token, close } = await startGateway({ settings: { AUDIT_FILE: path } });
    const reader = `Bearer ${signToken({ secret, claims: { sub: 'rita', scope: 'cue:read', jti: 'rita-1' } })}`;
    await rest('job.JobInterface/Pause', { job: { id: 'j-1' } });
    await graphql('mutation { jobPause(job: { id: "j-2" }) { __typename } }');
    await rest('host.HostInterface/Reboot', { host: { id: 'h-1' } });
    await rest('job.JobInterface/Kill', { job: { id: 'j-3' } }, { authorization: reader });
    await rest('job.JobInterface/GetJobs', {});
    await close();

    await verify('verify', path);
    expect(output).toMatch(/^6 records, number 1 to 6: unbroken; the last hash is [0-9a-f]{64}\n$/);
    const text = await readFile(path, 'utf8');
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.map(({ event, surface, subject, targets }) => [event, surface, subject, targets?.[0]?.id])).toEqual([
      ['start', undefined, undefined, undefined],
      ['write', 'rest', 'ann', 'j-1'],
      ['write', 'graphql', 'ann', 'j-2'],
      ['intent', 'rest', 'ann', 'h-1'],
      ['outcome', 'rest', 'ann', 'h-1'],
      ['refusal', 'rest', 'rita', 'j-3'],
    ]);
    expect(records.slice(1).map(({ peer }) => peer)).toEqual(Array.from({ length: 5 }, () => '127.0.0.1'));
    expect(records.at(-1)).toMatchObject({ tokenId: 'rita-1', reason: 'SCOPE_MISSING' });
    for (const canary of [token, reader, secret]) expect(text).not.toContain(canary);

    await writeFile(path, text.replace('rita', 'nina'));
    output = '';
    await verify('verify', path);
    expect(output).toBe(
      `broken after 5 records: ${path}, line 6: it is not what was written: its text does not fit its hash\n`,
    );
    expect(process.exitCode).toBe(1);
  });

  it('finds that the beginning is missing, unless it is told where to begin', async () => {
    const { rest, close } = await startGateway({ settings: { AUDIT_FILE: path } });
    await rest('job.JobInterface/Pause', { job: { id: 'j-1' } });
    await close();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(text.indexOf('\n') + 1));
    await verify('verify', path);
    expect(output).toBe(
      `broken after 0 records: ${path}, line 1: it is record 2, and the first one must be 1; ` +
        'add the files that hold those before, or say --from 2 when they are kept elsewhere\n',
    );
    expect(process.exitCode).toBe(1);
    output = '';
    process.exitCode = undefined;
    await verifyFrom({ from: '2' }, 'verify', path);
    expect(output).toMatch(/^1 record, number 2 to 2: unbroken; /);
    expect(process.exitCode).toBeUndefined();
  });

  it('takes all files of an audit in any order, and passes the lock over', async () => {
    const { rest, close } = await startGateway({ settings: { AUDIT_FILE: path } });
    await rest('job.JobInterface/Pause', { job: { id: 'j-1' } });
    await rename(path, `${path}.1`);
    await rest('job.JobInterface/Pause', { job: { id: 'j-2' } });
    await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toContain('j-2'));
    await verify('verify', path, `${path}.1`, `${path}.lock`);
    expect(output).toMatch(/^4 records, number 1 to 4: unbroken; /);
    await close();
  });

  it('checks seals by the key, and compares with what the log kept', async () => {
    const keyFile = join(folder, 'audit.key');
    await writeFile(keyFile, '0123456789abcdef0123456789abcdef');
    const settings = { AUDIT_FILE: path, AUDIT_KEY_FILE: keyFile };
    const { rest, close, log } = await startGateway({ settings });
    await rest('job.JobInterface/Pause', { job: { id: 'j-1' } });
    await close();
    const logFile = join(folder, 'cuegate.log');
    await writeFile(logFile, log.map(({ fields }) => JSON.stringify(fields)).join('\n'));
    const values = { 'key-file': keyFile, anchor: logFile };
    await verifyFrom(values, 'verify', path);
    expect(output).toMatch(/^2 records, number 1 to 2: unbroken; 2 anchors fit; the last hash is [0-9a-f]{64}\n$/);

    const [first = ''] = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, `${first}\n`);
    output = '';
    await verifyFrom(values, 'verify', path);
    expect(output).toBe(
      'broken after 1 record: an anchor names record 2, and the last one here is record 1: the end is missing\n',
    );
    expect(process.exitCode).toBe(1);
  });

  it.each(['0', 'two', '-1', ''])('does not begin at "%s"', async (from) => {
    await expect(verifyFrom({ from }, 'verify', path)).rejects.toThrow(
      `--from is the number of a record, such as 1; found "${from}"`,
    );
  });

  it('has nothing to say about an empty file', async () => {
    await writeFile(path, '');
    await verify('verify', path);
    expect(output).toBe('no records\n');
  });

  it('says which file cannot be read', async () => {
    await expect(verify('verify', path)).rejects.toThrow(/^cannot read an audit file: ENOENT: .*audit\.jsonl/);
  });

  it.each([[[]], [['verify']], [['check', 'audit.jsonl']]])('refuses %j', async (words) => {
    await expect(verify(...words)).rejects.toThrow(
      '"audit" takes the word "verify" and files: cuegate audit verify audit.jsonl audit.jsonl.*',
    );
  });
});
