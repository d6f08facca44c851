import { createHash } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { AuditRecord, AuditTrail } from '../../src/audit/audit-record.ts';
import { identityOf } from '../authentication/identity.ts';
import { type GuardedCuebot, startGuardedCuebot } from '../app/audited-pipeline.ts';

let guarded: GuardedCuebot;
let jobId: string;
const records: AuditRecord[] = [];
/** What the upstream had been asked when a record was written. */
const callsThen: number[] = [];
let isFull = false;
const trail: AuditTrail = {
  append: async (record) => {
    if (isFull) throw new Error('no space left');
    callsThen.push([...guarded.cuebot.calls.values()].reduce((sum, count) => sum + count, 0));
    records.push(record);
  },
  end: () => undefined,
  close: async () => undefined,
};

const ann = identityOf('ann', {
  method: 'hmac',
  scopes: ['cue:operate', 'cue:wrangle', 'cue:grant:host-control'],
  tokenId: 't-1',
});
const canary = 'canary-7f3a';

beforeAll(async () => {
  guarded = await startGuardedCuebot({ trail, now: () => Date.UTC(2026, 10, 23, 12) });
  const answer = (await guarded.call(ann, 'job.JobInterface/GetJobs', { r: {} })) as {
    jobs: { jobs: { id: string }[] };
  };
  jobId = answer.jobs.jobs[0]!.id;
});
afterAll(() => guarded.close());
beforeEach(async () => {
  await guarded.flushAudit();
  records.length = 0;
  callsThen.length = 0;
  isFull = false;
  guarded.cuebot.resetCalls();
});

describe('createAudit()', () => {
  it('tells apart whom two issuers call by one name', async () => {
    const issuer = 'https://login.example';
    await guarded.call({ ...ann, method: 'oidc', issuer }, 'job.JobInterface/Pause', { job: { id: jobId } });
    expect(records).toMatchObject([{ subject: 'ann', method: 'oidc', issuer }]);
  });

  it('writes down a write: who, by what, from where, what, and how it ended', async () => {
    await guarded.call(ann, 'job.JobInterface/Pause', { job: { id: jobId, name: 'shot' } }, { peer: '10.0.0.7' });
    expect(records).toEqual([
      {
        time: '2026-11-23T12:00:00.000Z',
        event: 'write',
        requestId: 'r-1',
        subject: 'ann',
        method: 'hmac',
        tokenId: 't-1',
        peer: '10.0.0.7',
        surface: 'rest',
        rpc: 'job.JobInterface/Pause',
        targets: [{ field: 'job', id: jobId, name: 'shot' }],
        requestSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        decision: 'allow',
        rule: 'scope cue:operate',
        reason: 'ALLOWED',
        status: 'OK',
        durationMs: expect.any(Number),
        sent: true,
      },
    ]);
  });

  it('writes down how a write failed', async () => {
    const failure = await guarded.failureOf(ann, 'job.JobInterface/Pause', { job: { id: 'nowhere' } });
    expect(records).toMatchObject([
      { event: 'write', status: failure.status.name, targets: [{ field: 'job', id: 'nowhere' }] },
    ]);
  });

  it('writes down a refusal, of a read too', async () => {
    const nobody = identityOf('bob', { method: 'hmac', scopes: [] });
    await guarded.failureOf(nobody, 'job.JobInterface/GetJob', { id: jobId });
    expect(records).toMatchObject([
      {
        event: 'refusal',
        subject: 'bob',
        rpc: 'job.JobInterface/GetJob',
        targets: [{ field: '', id: jobId }],
        decision: 'deny',
        rule: 'level read',
        reason: 'SCOPE_MISSING',
        status: 'PERMISSION_DENIED',
      },
    ]);
  });

  it('leaves reads alone', async () => {
    await guarded.call(ann, 'job.JobInterface/GetJob', { id: jobId });
    await guarded.failureOf(ann, 'job.JobInterface/GetJob', { id: 'nowhere' });
    expect(records).toEqual([]);
  });

  it('writes down the intent before a call that takes a grant is sent, and its outcome', async () => {
    await guarded.failureOf(ann, 'host.HostInterface/Reboot', { host: { id: 'h-1', name: 'rack1' } });
    expect(records.map(({ event, rule, targets }) => [event, rule, targets])).toEqual([
      ['intent', 'scope cue:wrangle, scope cue:grant:host-control', [{ field: 'host', id: 'h-1', name: 'rack1' }]],
      ['outcome', 'scope cue:wrangle, scope cue:grant:host-control', [{ field: 'host', id: 'h-1', name: 'rack1' }]],
    ]);
    expect(callsThen).toEqual([0, 1]);
  });

  it('writes down a refusal of such a call, and no intent', async () => {
    await guarded.failureOf(ann, 'show.ShowInterface/Delete', { show: { id: 's' } });
    expect(records.map(({ event }) => event)).toEqual(['refusal']);
  });

  it('does not send such a call when that cannot be written down', async () => {
    isFull = true;
    const failure = await guarded.failureOf(ann, 'host.HostInterface/Reboot', { host: { id: 'h-1' } });
    expect(failure).toMatchObject({
      reason: 'AUDIT_FAILED',
      status: { name: 'UNAVAILABLE' },
      message:
        'host.HostInterface/Reboot is not called unless it can be written down first, and that failed; nothing was sent',
    });
    expect(guarded.cuebot.calls.size).toBe(0);
  });

  it('lets other writes pass then, and counts', async () => {
    isFull = true;
    const before = guarded.auditFailures();
    await guarded.call(ann, 'job.JobInterface/Pause', { job: { id: jobId } });
    await guarded.call(ann, 'job.JobInterface/Resume', { job: { id: jobId } });
    expect(guarded.auditFailures() - before).toBe(2);
  });

  it('says how many things a request names beyond those in the record', async () => {
    const jobs = Array.from({ length: 30 }, (_, index) => ({ id: `job-${index}` }));
    await guarded.failureOf(ann, 'job.GroupInterface/ReparentJobs', { group: { id: 'g' }, jobs: { jobs } });
    expect(records[0]?.targets).toHaveLength(20);
    expect(records[0]?.targetsLeftOut).toBe(11);
  });

  it('tells by its hash which request was sent, a job spec for one', async () => {
    const launcher = { ...ann, scopes: ['cue:submit', 'cue:grant:launch'] };
    const spec = '<spec>what was submitted</spec>';
    await guarded.call(launcher, 'job.JobInterface/LaunchSpec', { spec }).catch(() => undefined);
    // The message: field 1, the length, the text.
    const message = Buffer.concat([Buffer.from([0x0a, spec.length]), Buffer.from(spec)]);
    const requestSha256 = createHash('sha256').update(message).digest('hex');
    expect(records).toMatchObject([
      { event: 'intent', requestSha256 },
      { event: 'outcome', requestSha256 },
    ]);
  });

  it('does not look into a large request that is refused', async () => {
    const nobody = identityOf('bob', { method: 'hmac', scopes: [] });
    const job = { id: jobId, logDir: 'x'.repeat(1024 * 1024) };
    await guarded.failureOf(nobody, 'job.JobInterface/Pause', { job });
    expect(records).toMatchObject([{ event: 'refusal', targets: [] }]);
    expect(records[0]).not.toHaveProperty('requestSha256');
  });

  it('counts the refusals of somebody who goes on and on, and writes down what else happens', async () => {
    const bob = identityOf('bob', { method: 'hmac', scopes: [] });
    for (let time = 0; time < 100; time += 1)
      await guarded.failureOf(bob, 'job.JobInterface/Pause', { job: { id: jobId } });
    await guarded.failureOf(identityOf('cleo', { method: 'hmac', scopes: [] }), 'job.JobInterface/GetJob', {
      id: jobId,
    });
    await guarded.call(ann, 'job.JobInterface/Pause', { job: { id: jobId } });
    const subjects = records.map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject === 'bob')).toHaveLength(60);
    expect(subjects.slice(-2)).toEqual(['cleo', 'ann']);
    records.length = 0;
    await guarded.flushAudit();
    expect(records).toMatchObject([
      {
        event: 'refusal',
        subject: 'bob',
        method: 'hmac',
        surface: 'rest',
        rpc: 'job.JobInterface/Pause',
        decision: 'deny',
        reason: 'SCOPE_MISSING',
        status: 'PERMISSION_DENIED',
        count: 40,
      },
    ]);
  });

  it('never holds anything of a request but ids and names, nor the token', async () => {
    const identity = {
      ...ann,
      claims: { jti: 't-1', email: canary },
      scopes: ['cue:admin', 'cue:submit', 'cue:grant:launch', canary],
    };
    const job = { id: jobId, user: canary, os: canary, logDir: canary };
    await guarded.call(identity, 'job.JobInterface/AddComment', {
      job,
      newComment: { user: canary, subject: canary, message: canary },
    });
    await guarded
      .call(identity, 'job.JobInterface/LaunchSpec', { spec: `<spec>${canary}</spec>` })
      .catch(() => undefined);
    await guarded.call(identity, 'job.JobInterface/Kill', {
      job,
      username: canary,
      pid: canary,
      hostKill: canary,
      reason: canary,
    });
    expect(records.map(({ event }) => event)).toEqual(['write', 'intent', 'outcome', 'write']);
    expect(JSON.stringify(records)).not.toContain(canary);
  });

  it('names for whom a service speaks', async () => {
    await guarded.call(ann, 'job.JobInterface/Pause', { job: { id: jobId } }, {}, 'zoe');
    expect(records).toMatchObject([{ subject: 'ann', onBehalfOf: 'zoe' }]);
  });
});
