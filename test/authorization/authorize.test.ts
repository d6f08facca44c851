import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { identityOf } from '../authentication/identity.ts';
import { type GuardedCuebot, startGuardedCuebot } from '../app/audited-pipeline.ts';

/** Everybody may work on their own jobs, wranglers on all; and a crew only on its show's. */
const policy = `
groups:
  crew-*: operate show:*
rules:
  own-jobs:
    level: operate
    only: owner
    unless: wrangle
    why: artists must not stop each other's jobs
  own-shows:
    rpcs: job.JobInterface/GetLayers
    only: shows
    unless: wrangle
    why: one show must not see another's
`;

interface Job {
  readonly id: string;
  readonly user: string;
  readonly show: string;
  readonly name: string;
}

let guarded: GuardedCuebot;
let job: Job;
let other: Job;
const bearerOf = (subject: string, ...scopes: readonly string[]) => identityOf(subject, { method: 'hmac', scopes });

beforeAll(async () => {
  guarded = await startGuardedCuebot({ policy });
  const answer = (await guarded.call(identityOf('anonymous'), 'job.JobInterface/GetJobs', { r: {} })) as {
    jobs: { jobs: readonly Job[] };
  };
  job = answer.jobs.jobs[0]!;
  other = answer.jobs.jobs.find(({ user }) => user !== job.user)!;
});
afterAll(() => guarded.close());
beforeEach(() => guarded.cuebot.resetCalls());

describe('authorize()', () => {
  it('refuses without a call upstream, and says which scope would help', async () => {
    const refusal = await guarded.failureOf(bearerOf('ann', 'cue:read'), 'job.JobInterface/Kill', {
      job: { id: job.id },
    });
    expect(refusal).toMatchObject({
      message: 'You need cue:operate to call job.JobInterface/Kill; your token has cue:read.',
      reason: 'SCOPE_MISSING',
      status: { name: 'PERMISSION_DENIED', httpStatus: 403 },
      challenge: { error: 'insufficient_scope', scope: 'cue:operate' },
    });
    expect(guarded.cuebot.calls.size).toBe(0);
  });

  it('lets an owner act on their job, and looks up whose it is once', async () => {
    const owner = bearerOf(job.user, 'cue:operate');
    await guarded.call(owner, 'job.JobInterface/Pause', { job: { id: job.id } });
    await guarded.call(owner, 'job.JobInterface/Resume', { job: { id: job.id } });
    expect([...guarded.cuebot.calls]).toEqual([
      ['job.JobInterface/GetJob', 1],
      ['job.JobInterface/Pause', 1],
      ['job.JobInterface/Resume', 1],
    ]);
  });

  it('lets an owner act on the layers of their job', async () => {
    const owner = bearerOf(job.user, 'cue:operate', 'cue:wrangle');
    const answer = (await guarded.call(owner, 'job.JobInterface/GetLayers', { job: { id: job.id } })) as {
      layers: { layers: readonly { id: string }[] };
    };
    const layer = { id: answer.layers.layers[0]!.id };
    await guarded.call(bearerOf(job.user, 'cue:operate'), 'job.LayerInterface/SetTimeout', { layer, timeout: 1 });
    expect(guarded.cuebot.calls.get('job.LayerInterface/SetTimeout')).toBe(1);
    expect(
      await guarded.failureOf(bearerOf('mallory', 'cue:operate'), 'job.LayerInterface/SetTimeout', { layer }),
    ).toMatchObject({
      reason: 'NOT_OWNER',
    });
    expect(guarded.cuebot.calls.get('job.LayerInterface/SetTimeout')).toBe(1);
  });

  it('does not look anything up for callers who are exempt', async () => {
    await guarded.call(bearerOf('wendy', 'cue:wrangle'), 'job.JobInterface/Pause', { job: { id: job.id } });
    expect([...guarded.cuebot.calls.keys()]).toEqual(['job.JobInterface/Pause']);
  });

  it.each<[what: string, rpc: string, requestOf: () => object, reason: string]>([
    ["somebody else's job", 'job.JobInterface/Kill', () => ({ job: { id: other.id } }), 'NOT_OWNER'],
    [
      "somebody else's job that says it is theirs",
      'job.JobInterface/Kill',
      () => ({ job: { ...job, id: other.id } }),
      'NOT_OWNER',
    ],
    [
      "somebody else's job beside their own",
      'job.JobInterface/CreateDependencyOnJob',
      () => ({ job: { id: other.id }, onJob: { id: job.id } }),
      'NOT_OWNER',
    ],
    [
      'a frame that shall wait for their own job',
      'job.FrameInterface/CreateDependencyOnJob',
      () => ({ frame: { id: 'some-frame' }, job: { id: job.id } }),
      'RESOURCE_UNKNOWN',
    ],
    ['a frame', 'job.FrameInterface/Kill', () => ({ frame: { id: 'some-frame' } }), 'RESOURCE_UNKNOWN'],
    ['a group', 'job.GroupInterface/ReparentJobs', () => ({ jobs: { jobs: [{ id: job.id }] } }), 'RESOURCE_UNKNOWN'],
    ['a comment', 'comment.CommentInterface/Delete', () => ({ comment: { id: 'c' } }), 'RESOURCE_UNKNOWN'],
    ['a job by name only', 'job.JobInterface/Kill', () => ({ job: { name: job.name } }), 'RESOURCE_UNKNOWN'],
    ['a job that is not there', 'job.JobInterface/Kill', () => ({ job: { id: 'nowhere' } }), 'RESOURCE_UNKNOWN'],
    ['nothing', 'job.JobInterface/Kill', () => ({}), 'RESOURCE_UNKNOWN'],
  ])('refuses %s to an artist', async (_, rpc, requestOf, reason) => {
    const refusal = await guarded.failureOf(bearerOf(job.user, 'cue:operate'), rpc, requestOf());
    expect(refusal).toMatchObject({ reason, status: { name: 'PERMISSION_DENIED' }, challenge: undefined });
    expect(guarded.cuebot.calls.has(rpc)).toBe(false);
  });

  it('refuses bytes that are no message of the RPC', async () => {
    const request = Uint8Array.of(0x0a, 0x7f, 0x01);
    const attempt = guarded.call(bearerOf(job.user, 'cue:operate'), 'job.JobInterface/Kill', {}, { request });
    await expect(attempt).rejects.toMatchObject({ reason: 'RESOURCE_UNKNOWN' });
    expect(guarded.cuebot.calls.size).toBe(0);
  });

  it('lets a crew see its show, and no other', async () => {
    const crew = (show: string) => identityOf('kim', { method: 'hmac', scopes: [], groups: [`crew-${show}`] });
    await guarded.call(crew(job.show), 'job.JobInterface/GetLayers', { job: { id: job.id } });
    expect(
      await guarded.failureOf(crew('elsewhere'), 'job.JobInterface/GetLayers', { job: { id: job.id } }),
    ).toMatchObject({ reason: 'SHOW_NOT_ALLOWED' });
  });

  it('does not refuse for good what could not be looked up for a moment', async () => {
    const broken = await startGuardedCuebot({ policy });
    await broken.cuebot.close();
    const failure = await broken.failureOf(bearerOf(job.user, 'cue:operate'), 'job.JobInterface/Kill', {
      job: { id: job.id },
    });
    expect(failure.status.name).toBe('UNAVAILABLE');
    await broken.close();
  });
});
