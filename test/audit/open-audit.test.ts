import { mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readAnchors } from '../../src/audit/audit-anchor.ts';
import { readAuditKey } from '../../src/audit/audit-key.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import { startGateway, type TestGateway } from '../app/running-gateway.ts';

let folder: string;
let path: string;
let keyFile: string;
let running: TestGateway | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuegate-audit-'));
  path = join(folder, 'audit.jsonl');
  keyFile = join(folder, 'audit.key');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await running?.close();
  running = undefined;
  await rm(folder, { recursive: true });
});

const start = async (settings: Readonly<Record<string, string>> = {}) => {
  running = await startGateway({ settings: { AUDIT_FILE: path, ...settings } });
  return running;
};
const pause = (gateway: TestGateway) => gateway.rest('job.JobInterface/Pause', { job: { id: 'j-1' } });
const recordsOf = async () =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the intent of a dangerous call', () => {
  it('is on the disk before the call is sent', async () => {
    const { rest, cuebot } = await start();
    const handle = await open(path);
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    const datasync = prototype.datasync;
    let letFlush!: () => void;
    const mayFlush = new Promise<void>((resolve) => {
      letFlush = resolve;
    });
    const flushes = new Promise<'flushes'>((resolve) => {
      vi.spyOn(prototype, 'datasync').mockImplementation(async function (this: typeof handle) {
        resolve('flushes');
        await mayFlush;
        await datasync.call(this);
      });
    });
    const answer = rest('host.HostInterface/Reboot', { host: { id: 'h-1' } });
    try {
      // Were the flush left out, the answer, or the call's outcome, would come first.
      expect(await Promise.race([flushes, answer.then(() => 'answers')])).toBe('flushes');
      expect((await recordsOf()).at(-1)).toMatchObject({ event: 'intent', rpc: 'host.HostInterface/Reboot' });
      expect(cuebot.calls.size).toBe(0);
    } finally {
      letFlush();
    }
    await answer;
    expect(cuebot.calls.get('host.HostInterface/Reboot')).toBe(1);
  });

  it('is not sent while another process has the audit file', async () => {
    const { rest, cuebot } = await start();
    await rename(path, `${path}-taken`);
    await writeFile(`${path}.lock`, '{"host":"farm-2","pid":7,"startedAt":"2026-11-23T11:00:00.000Z"}');
    const { status, text } = await rest('host.HostInterface/Reboot', { host: { id: 'h-1' } });
    expect([status, text]).toEqual([503, expect.stringContaining('nothing was sent')]);
    expect(cuebot.calls.size).toBe(0);
  });
});

describe('a name in a request that is not the caller’s', () => {
  it('is kept in the audit, which says whose name replaced it', async () => {
    const { rest } = await start();
    await rest('job.JobInterface/Kill', { job: { id: 'j-1' }, username: 'root', reason: 'no' });
    await rest('job.JobInterface/Kill', { job: { id: 'j-1' }, username: 'ann', reason: 'no' });
    await rest('job.JobInterface/AddComment', { job: { id: 'j-1' }, newComment: { user: 'bob', subject: 's' } });
    await running!.close();
    running = undefined;
    const told = (await recordsOf()).slice(1).map(({ subject, replacedName }) => [subject, replacedName]);
    expect(told).toEqual([
      ['ann', 'root'],
      ['ann', undefined],
      ['ann', 'bob'],
    ]);
  });
});

describe('AUDIT_FILE', () => {
  it('is written by one gateway', async () => {
    await start();
    await expect(startGateway({ settings: { AUDIT_FILE: path } })).rejects.toThrow(/^.*is locked by process \d+/);
  });

  it('may be taken away: the chain goes on, and the log, the metrics and the file say so', async () => {
    const gateway = await start({ METRICS_PORT: '0' });
    await pause(gateway);
    await rename(path, `${path}-20261123`);
    await pause(gateway);
    await vi.waitFor(async () => expect(await recordsOf()).toHaveLength(2));
    expect(await recordsOf()).toMatchObject([{ event: 'continue', reason: 'FILE_GONE' }, { event: 'write' }]);
    expect(gateway.log).toContainEqual({
      level: 'warn',
      fields: { reason: 'FILE_GONE', path },
      message: 'the audit file was changed by somebody else; the chain goes on',
    });
    const metrics = await (await fetch(`${gateway.gateway.metricsUrl}/metrics`)).text();
    expect(metrics).toContain('cuegate_audit_file_disturbances_total{reason="FILE_GONE"} 1\n');
    expect(metrics).toContain('cuegate_audit_file_disturbances_total{reason="FILE_CUT"} 0\n');
    expect(await verifyAudit([path, `${path}-20261123`])).toMatchObject({ problem: undefined });
  });
});

describe('AUDIT_KEY_FILE', () => {
  it('seals what a gateway writes', async () => {
    await writeFile(keyFile, '0123456789abcdef0123456789abcdef\n');
    await pause(await start({ AUDIT_KEY_FILE: keyFile }));
    await running!.close();
    running = undefined;
    const key = await readAuditKey(keyFile, 'AUDIT_KEY_FILE');
    expect(await verifyAudit([path], { key })).toMatchObject({ records: 2, unkeyed: 0, problem: undefined });
    expect(await readFile(path, 'utf8')).not.toContain('0123456789abcdef0123456789abcdef');
  });

  it.each<[text: string, problem: RegExp]>([
    ['short', /^AUDIT_KEY_FILE: .* has 5 bytes; at least 32 are required; make one by: openssl rand -hex 32 > /],
    ['a'.repeat(64), /has 1 different bytes, so it can be guessed; make one by/],
  ])('refuses the key "%s"', async (text, problem) => {
    await writeFile(keyFile, text);
    await expect(start({ AUDIT_KEY_FILE: keyFile })).rejects.toThrow(problem);
  });

  it('says that it cannot be read, or seals nothing', async () => {
    await expect(start({ AUDIT_KEY_FILE: keyFile })).rejects.toThrow(
      /^AUDIT_KEY_FILE names a file that cannot be read: ENOENT/,
    );
    await expect(start({ AUDIT_KEY_FILE: keyFile, AUDIT_FILE: '' })).rejects.toThrow(
      'AUDIT_KEY_FILE seals the records of AUDIT_FILE, and that is not set; set both, or neither',
    );
  });
});

describe('the anchors of an audit', () => {
  it('stand in the log at start, at each interval in which something was written, and at the end', async () => {
    const gateway = await start({ AUDIT_ANCHOR_INTERVAL: '20ms' });
    const anchors = () =>
      gateway.log.flatMap(({ fields }) => ('auditAnchor' in fields ? [fields['auditAnchor'] as { seq: number }] : []));
    await pause(gateway);
    await vi.waitFor(() => expect(anchors()).toHaveLength(2));
    await pause(gateway);
    await gateway.close();
    running = undefined;
    expect(anchors().map(({ seq }) => seq)).toEqual([1, 2, 3]);

    const logFile = join(folder, 'cuegate.log');
    // As pino writes them, and as a collector that wraps lines keeps them.
    const lines = gateway.log.map(({ fields, message }) => JSON.stringify({ level: 30, ...fields, msg: message }));
    await writeFile(logFile, [lines[0], ...lines.slice(1).map((line) => JSON.stringify({ log: line }))].join('\n'));
    expect(await verifyAudit([path], { anchors: await readAnchors(logFile) })).toMatchObject({
      records: 3,
      anchors: 3,
      problem: undefined,
    });
  });

  it('are given as NUMBER:HASH, or by a log that holds some', async () => {
    const hash = 'ab'.repeat(32);
    expect(await readAnchors(`7:${hash}`)).toEqual([{ seq: 7, hash }]);
    await writeFile(path, 'nothing of the kind\n');
    await expect(readAnchors(path)).rejects.toThrow(`--anchor: ${path} holds no line with "auditAnchor"`);
    await expect(readAnchors('7:ab')).rejects.toThrow(
      "--anchor takes NUMBER:HASH or a file with cuegate's log; 7:ab cannot be read",
    );
  });
});
