import { execFileSync } from 'node:child_process';
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type FileDisturbance, openAuditFile } from '../../src/audit/audit-file.ts';
import { sealRecord } from '../../src/audit/audit-chain.ts';
import type { AuditRecord } from '../../src/audit/audit-record.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';

const now = () => Date.UTC(2026, 10, 23, 12);
const record = (subject: string): AuditRecord => ({ time: '2026-11-23T12:00:00.000Z', event: 'write', subject });

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuegate-audit-'));
  path = join(folder, 'audit.jsonl');
  disturbances = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

let disturbances: FileDisturbance[];
const open = (maxBytes = 1_000_000, key?: Uint8Array) =>
  openAuditFile({ path, maxBytes, now, key, onDisturbance: (disturbance) => void disturbances.push(disturbance) });
const linesOf = async (file = path) => (await readFile(file, 'utf8')).trimEnd().split('\n');
const files = async () => (await readdir(folder)).map((name) => join(folder, name));

async function write(...subjects: readonly string[]): Promise<void> {
  const trail = await open();
  for (const subject of subjects) await trail.append(record(subject), false);
  await trail.close();
}

describe('openAuditFile()', () => {
  it('writes a line per record, tied to the one before', async () => {
    await write('ann', 'ben');
    const [start, first, second] = (await linesOf()).map((line) => JSON.parse(line));
    expect(start).toMatchObject({ v: 1, seq: 1, event: 'start', time: '2026-11-23T12:00:00.000Z' });
    expect(first).toMatchObject({ v: 1, seq: 2, event: 'write', subject: 'ann', prev: start.hash });
    expect(second).toMatchObject({ v: 1, seq: 3, subject: 'ben', prev: first.hash });
    expect(second.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('begins two chains differently', async () => {
    await write('ann');
    const one = await linesOf();
    await rm(path);
    await write('ann');
    expect((await linesOf())[0]).not.toBe(one[0]);
  });

  it('keeps the order of records that are written at once', async () => {
    const trail = await open();
    const subjects = Array.from({ length: 500 }, (_, index) => `user-${index}`);
    await Promise.all(subjects.map((subject, index) => trail.append(record(subject), index % 50 === 0)));
    await trail.close();
    const written = (await linesOf()).slice(1).map((line) => JSON.parse(line).subject);
    expect(written).toEqual(subjects);
    expect(await verifyAudit([path])).toMatchObject({ records: 501, problem: undefined });
  });

  it('goes on with the chain after a restart', async () => {
    await write('ann');
    await write('ben');
    const events = (await linesOf()).map((line) => JSON.parse(line).event);
    expect(events).toEqual(['start', 'write', 'start', 'write']);
    expect(await verifyAudit([path])).toMatchObject({ records: 4, problem: undefined });
  });

  it('puts a full file away and goes on with the chain in a new one', async () => {
    const trail = await open(600);
    for (let index = 0; index < 12; index += 1) await trail.append(record(`user-${index}`), false);
    const end = trail.end();
    await trail.close();
    const names = (await readdir(folder)).sort();
    expect(names).toEqual([
      'audit.jsonl',
      'audit.jsonl.1',
      'audit.jsonl.2',
      'audit.jsonl.3',
      'audit.jsonl.4',
      'audit.jsonl.5',
    ]);
    expect(JSON.parse((await linesOf(`${path}.2`))[0]!)).toMatchObject({ event: 'continue' });
    const verdict = await verifyAudit(await files());
    expect(verdict).toMatchObject({ records: 1 + 12 + 5, end, problem: undefined });
    expect(disturbances).toEqual([]);
  });

  it('leaves half a line as it is, and goes on in a new file', async () => {
    await write('ann');
    await appendFile(path, '{"v":1,"seq":3,"ti');
    await write('ben');
    expect((await linesOf(`${path}.1`)).at(-1)).toBe('{"v":1,"seq":3,"ti');
    expect((await linesOf()).map((line) => JSON.parse(line)).map(({ seq, event }) => [seq, event])).toEqual([
      [3, 'continue'],
      [4, 'write'],
    ]);
    const verdict = await verifyAudit(await files());
    expect(verdict.problem).toBe(`${path}.1, line 3: it is not a whole record`);
    expect(await verifyAudit([path], { from: 3 })).toMatchObject({ records: 2, problem: undefined });
  });

  it('lets nobody else read it', async () => {
    await write('ann');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('refuses a file that holds something else, and leaves it alone', async () => {
    await writeFile(path, 'dear diary\n');
    await expect(open()).rejects.toThrow(
      `${path} holds something that is no audit; name another file, or move this one away`,
    );
    expect(await readFile(path, 'utf8')).toBe('dear diary\n');
  });

  it('says why a file cannot be used', async () => {
    path = join(folder, 'nowhere', 'audit.jsonl');
    await expect(open()).rejects.toThrow(/^AUDIT_FILE: .*audit\.jsonl cannot be used: ENOENT/);
  });

  it('rejects what cannot be written, leaves no gap behind, and finds its way back', async () => {
    const trail = await open(1);
    await rm(folder, { recursive: true });
    await expect(trail.append(record('lost'), true)).rejects.toThrow('ENOENT');
    await expect(trail.append(record('lost, too'), false)).rejects.toThrow('ENOENT');
    expect(trail.end()).toMatchObject({ seq: 1 });
    await mkdir(folder);
    await trail.append(record('back'), true);
    await trail.close();
    expect((await linesOf()).map((line) => JSON.parse(line)).map(({ seq, subject }) => [seq, subject])).toEqual([
      [2, undefined],
      [3, 'back'],
    ]);
  });
});

describe('an audit file that somebody else changes', () => {
  /** What a file holds, shortly: number, event, and the subject or the reason. */
  const told = async (file = path) =>
    (await linesOf(file))
      .map((line) => JSON.parse(line))
      .map(({ seq, event, subject, reason }) => [
        seq,
        event,
        ...(subject ? [subject] : []),
        ...(reason ? [reason] : []),
      ]);

  it('is begun anew when it is removed, and says so', async () => {
    const trail = await open();
    await trail.append(record('ann'), false);
    await rm(path);
    await trail.append(record('ben'), true);
    await trail.close();
    expect(await told()).toEqual([
      [3, 'continue', 'FILE_GONE'],
      [4, 'write', 'ben'],
    ]);
    expect(disturbances).toEqual(['FILE_GONE']);
    expect((await verifyAudit([path])).problem).toMatch(/it is record 3, and the first one must be 1/);
  });

  it('is followed through logrotate’s "create": every record is there once', async () => {
    const trail = await open();
    await trail.append(record('ann'), false);
    await rename(path, `${path}-20261123`);
    await writeFile(path, '');
    await trail.append(record('ben'), false);
    await trail.append(record('cleo'), false);
    await trail.close();
    expect(await told()).toEqual([
      [3, 'continue', 'FILE_GONE'],
      [4, 'write', 'ben'],
      [5, 'write', 'cleo'],
    ]);
    expect(await verifyAudit([path, `${path}-20261123`])).toMatchObject({ records: 5, problem: undefined });
  });

  it('is followed through "copytruncate", and no NUL is in it', async () => {
    const trail = await open();
    await trail.append(record('ann'), false);
    await copyFile(path, `${path}-20261123`);
    await truncate(path);
    await trail.append(record('ben'), false);
    await trail.close();
    expect(await told()).toEqual([
      [3, 'continue', 'FILE_CUT'],
      [4, 'write', 'ben'],
    ]);
    expect((await readFile(path)).includes(0)).toBe(false);
    expect(await verifyAudit([path, `${path}-20261123`])).toMatchObject({ records: 4, problem: undefined });
  });

  it('is put away as it is when half of it was cut off, or others wrote to it', async () => {
    const trail = await open();
    await trail.append(record('ann'), false);
    await truncate(path, 20);
    await trail.append(record('ben'), false);
    await appendFile(path, 'dear diary\n');
    await trail.append(record('cleo'), false);
    await trail.close();
    expect(disturbances).toEqual(['FILE_CUT', 'FILE_GREW']);
    expect((await stat(`${path}.1`)).size).toBe(20);
    expect(await readFile(`${path}.2`, 'utf8')).toMatch(/"subject":"ben".*\ndear diary\n$/);
    expect(await told()).toEqual([
      [5, 'continue', 'FILE_GREW'],
      [6, 'write', 'cleo'],
    ]);
  });

  it('leaves alone what somebody put in its place', async () => {
    const trail = await open();
    await rm(path);
    await writeFile(path, 'dear diary\n');
    await trail.append(record('ann'), false);
    await trail.close();
    expect(await readFile(`${path}.1`, 'utf8')).toBe('dear diary\n');
    expect(await told()).toEqual([
      [2, 'continue', 'FILE_GONE'],
      [3, 'write', 'ann'],
    ]);
  });

  it('is the same one when a copy takes its place', async () => {
    const trail = await open();
    await trail.append(record('ann'), false);
    await copyFile(path, `${path}.copy`);
    await rename(`${path}.copy`, path);
    await trail.append(record('ben'), false);
    await trail.close();
    expect(disturbances).toEqual([]);
    expect(await told()).toEqual([
      [1, 'start'],
      [2, 'write', 'ann'],
      [3, 'write', 'ben'],
    ]);
    expect(await verifyAudit([path])).toMatchObject({ records: 3, problem: undefined });
  });

  it('takes no record while another process has the lock by now', async () => {
    const trail = await open();
    const other = { host: 'elsewhere', pid: 7, startedAt: '2026-11-23T11:00:00.000Z' };
    await rm(path);
    await writeFile(`${path}.lock`, JSON.stringify(other));
    await expect(trail.append(record('ann'), true)).rejects.toThrow('is locked by process 7 on host elsewhere');
    await rm(`${path}.lock`);
    await trail.append(record('ben'), true);
    await trail.close();
    expect(await told()).toEqual([
      [2, 'continue', 'FILE_GONE'],
      [3, 'write', 'ben'],
    ]);
  });

  it('is no device or folder', async () => {
    path = '/dev/null';
    await expect(open()).rejects.toThrow('AUDIT_FILE: /dev/null is no file to append to');
    path = folder;
    await expect(open()).rejects.toThrow('is no file to append to');
  });
});

describe('a disk that fails', () => {
  /** Lets no file grow beyond some bytes, as a full disk would: half of a write gets through, and then none. */
  const limitFiles = (bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
  const ignore = () => undefined;
  afterEach(() => {
    process.off('SIGXFSZ', ignore);
    vi.restoreAllMocks();
  });

  // prlimit is Linux's: elsewhere nothing fills a disk for one process alone.
  it.runIf(process.platform === 'linux')(
    'leaves no half record behind, nor a NUL when the file was cut meanwhile',
    async () => {
      process.on('SIGXFSZ', ignore);
      const trail = await open();
      await trail.append(record('ann'), false);
      const { size } = await stat(path);
      try {
        limitFiles(size + 10);
        await expect(trail.append(record('lost'), true)).rejects.toThrow('EFBIG');
        expect((await stat(path)).size).toBe(size);
        await copyFile(path, `${path}-copy`);
        await truncate(path);
        await expect(trail.append(record('x'.repeat(size)), true)).rejects.toThrow('EFBIG');
        expect((await readFile(path)).includes(0)).toBe(false);
      } finally {
        limitFiles('unlimited');
      }
      await trail.append(record('ben'), true);
      await trail.close();
      expect(await verifyAudit([path, `${path}-copy`])).toMatchObject({ problem: undefined });
      expect(await readFile(path, 'utf8')).toMatch(/"subject":"ben"/);
    },
  );

  it('does not count as written what could not be flushed', async () => {
    const trail = await open();
    const { size } = await stat(path);
    const handle = await openFile(path);
    vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockRejectedValueOnce(new Error('EIO'));
    await handle.close();
    await expect(trail.append(record('lost'), true)).rejects.toThrow('EIO');
    expect((await stat(path)).size).toBe(size);
    await trail.append(record('ann'), true);
    await trail.close();
    expect(await verifyAudit([path])).toMatchObject({ records: 2, problem: undefined });
  });
});

describe('AUDIT_KEY_FILE', () => {
  const key = Buffer.from('a key of thirty-two bytes or more');
  const writeSealed = async (subject: string, by: Uint8Array | undefined = key) => {
    const trail = await open(1_000_000, by);
    await trail.append(record(subject), false);
    await trail.close();
  };

  it('seals records so that nobody without the key can make one', async () => {
    await writeSealed('ann');
    expect(await verifyAudit([path], { key })).toMatchObject({ records: 2, unkeyed: 0, problem: undefined });
    const lines = await linesOf();
    // Whoever can write the file takes the record out and seals another one by the hash that anybody can make.
    const { prev } = JSON.parse(lines[1]!);
    const forged = sealRecord(record('mallory'), { seq: 1, hash: prev }, undefined).line;
    await writeFile(path, `${lines[0]}\n${forged}\n`);
    expect((await verifyAudit([path], { key })).problem).toBe(
      `${path}, line 2: it is sealed without the key that sealed the record before it`,
    );
    const guessed = sealRecord(record('mallory'), { seq: 1, hash: prev }, Buffer.from('another key')).line;
    await writeFile(path, `${lines[0]}\n${guessed}\n`);
    expect((await verifyAudit([path], { key })).problem).toMatch(
      /line 2: it is not what was written.*or the key is another one$/,
    );
  });

  it('cannot be checked without the key', async () => {
    await writeSealed('ann');
    expect((await verifyAudit([path])).problem).toBe(
      `${path}, line 1: it is sealed with a key, and there is none to check it with`,
    );
  });

  it('may be set later, and what came before is counted', async () => {
    await write('ann');
    await writeSealed('ben');
    expect(await verifyAudit([path], { key })).toMatchObject({ records: 4, unkeyed: 2, problem: undefined });
  });

  it('cannot be taken away or exchanged in silence', async () => {
    await writeSealed('ann');
    await expect(open()).rejects.toThrow(`${path} is sealed with a key, and AUDIT_KEY_FILE is not set`);
    await expect(open(1_000_000, Buffer.from('another key'))).rejects.toThrow('and AUDIT_KEY_FILE names another key');
    await writeSealed('ben');
    expect(await verifyAudit([path], { key })).toMatchObject({ records: 4, problem: undefined });
  });
});

describe('verifyAudit()', () => {
  const edit = async (change: (lines: string[]) => void, file = path) => {
    const lines = await linesOf(file);
    change(lines);
    await writeFile(file, `${lines.join('\n')}\n`);
  };

  it.each<[what: string, change: (lines: string[]) => void, line: number, problem: string]>([
    [
      'a changed word',
      (lines) => lines.splice(2, 1, lines[2]!.replace('ben', 'bob')),
      3,
      'it is not what was written: its text does not fit its hash',
    ],
    ['a removed line', (lines) => lines.splice(2, 1), 3, 'it is record 4; after record 2 comes 3'],
    ['a doubled line', (lines) => lines.splice(2, 0, lines[1]!), 3, 'it is record 2; after record 2 comes 3'],
    [
      'lines in another order',
      (lines) => lines.splice(1, 2, lines[2]!, lines[1]!),
      2,
      'it is record 3; after record 1 comes 2',
    ],
    ['something else', (lines) => lines.splice(1, 0, 'dear diary'), 2, 'it is not a whole record'],
    ['an empty line', (lines) => lines.splice(1, 0, ''), 2, 'it is not a whole record'],
  ])('names the first line that does not fit: %s', async (_, change, line, problem) => {
    await write('ann', 'ben', 'cleo', 'dev');
    await edit(change);
    expect((await verifyAudit([path])).problem).toBe(`${path}, line ${line}: ${problem}`);
  });

  it('finds a line that was sealed anew by who knows how', async () => {
    await write('ann', 'ben');
    const lines = await linesOf();
    await rm(path);
    await write('ann', 'mallory');
    const forged = await linesOf();
    await writeFile(path, `${[lines[0], lines[1], forged[2]].join('\n')}\n`);
    expect((await verifyAudit([path])).problem).toBe(`${path}, line 3: it was not written after the record before it`);
  });

  it('finds no fault in a file that was put away with those before it', async () => {
    const trail = await open(600);
    for (let index = 0; index < 12; index += 1) await trail.append(record(`user-${index}`), false);
    await trail.close();
    expect((await verifyAudit([path, `${path}.5`, `${path}.4`], { from: 10 })).problem).toBeUndefined();
    expect((await verifyAudit([path, `${path}.2`], { from: 4 })).problem).toMatch(
      /line 1: it is record \d+; after record \d+ comes/,
    );
  });

  it('is not confused by a name with what some take for the end of a line', async () => {
    const name = 'ann\u2028ben\u2029cleo\u0085dev\n';
    await write(name, 'eve');
    expect(await verifyAudit([path])).toMatchObject({ records: 3, problem: undefined });
    const text = await readFile(path, 'utf8');
    expect(text.split(/[\n\u0085\u2028\u2029]/)).toHaveLength(4);
    expect(JSON.parse(text.split('\n')[1]!).subject).toBe(name);
  });

  it('finds that what comes before is missing', async () => {
    await write('ann', 'ben');
    await edit((lines) => lines.splice(0, 1));
    expect((await verifyAudit([path])).problem).toMatch(/line 1: it is record 2, and the first one must be 1; /);
    expect(await verifyAudit([path], { from: 2 })).toMatchObject({ records: 2, problem: undefined });
    expect((await verifyAudit([path], { from: 3 })).problem).toMatch(/it is record 2, and the first one must be 3/);
  });

  it('finds by an anchor what was written anew, and what was cut off at the end', async () => {
    await write('ann', 'ben');
    const anchors = (await linesOf()).map((line) => JSON.parse(line)).map(({ seq, hash }) => ({ seq, hash }));
    expect(await verifyAudit([path], { anchors: anchors.slice(1) })).toMatchObject({ anchors: 2, problem: undefined });
    await edit((lines) => lines.pop());
    expect((await verifyAudit([path], { anchors })).problem).toBe(
      'an anchor names record 3, and the last one here is record 2: the end is missing',
    );
    await rm(path);
    await write('mallory', 'ben');
    expect((await verifyAudit([path], { anchors: anchors.slice(1, 2) })).problem).toMatch(
      /line 2: record 2 ends with the hash [0-9a-f]{64}, and its anchor says [0-9a-f]{64}: it was written anew$/,
    );
    await writeFile(path, '');
    expect((await verifyAudit([path], { anchors })).problem).toBe(
      'an anchor names record 3, and there are none here: the end is missing',
    );
  });

  it('finds any changed character', async () => {
    await write('ann', 'ben', 'cleo');
    const text = await readFile(path, 'utf8');
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 2), fc.constantFrom('0', 'a', '"', ' ', '\n'), async (at, character) => {
        fc.pre(text[at] !== character);
        await writeFile(path, text.slice(0, at) + character + text.slice(at + 1));
        expect((await verifyAudit([path])).problem).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});
