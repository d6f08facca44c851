import { describe, expect, it } from 'vitest';

import { shareGateway } from './running-gateway.ts';

/** What callers are told who name an object by what nobody reads. */

const running = shareGateway();
const hint = '("job.id" is empty, and nothing else in "job" says which one is meant)';

describe('a request that names a job without its id', () => {
  it('is told by REST that the id is needed, with the status and the headers that it has always had', async () => {
    const { json: found } = await running().rest('job.JobInterface/GetJobs', {});
    const { name } = found.jobs.jobs[0];
    const { status, json } = await running().rest('job.JobInterface/GetLayers', { job: { name } });
    expect([status, json]).toEqual([404, { code: 5, message: `Job not found ${hint}`, details: [] }]);
    const write = await running().rest('job.JobInterface/SetPriority', { job: { name }, val: 7 });
    expect([write.status, write.json.message]).toEqual([404, `Job not found ${hint}`]);
  });

  it.each([
    ['no job at all', {}],
    ['an id that is nobody’s', { job: { id: 'none', name: 'any' } }],
  ])('is told nothing else than before about %s', async (_, request) => {
    const { json } = await running().rest('job.JobInterface/GetLayers', request);
    expect(json.message).toBe('Job not found');
  });

  it('is told by GraphQL before anything is sent', async () => {
    const { json } = await running().graphql('mutation { jobPause(job: { name: "any" }) { ok } }');
    expect(json.errors.map(({ message }: { message: string }) => message)).toEqual([
      'Field "JobKeyInput.id" of required type "ID!" was not provided.',
      'Field "name" is not defined by type "JobKeyInput".',
    ]);
    const missing = await running().graphql('mutation { jobPause { ok } }');
    expect(missing.json.errors[0].message).toBe(
      'Field "jobPause" argument "job" of type "JobKeyInput!" is required, but it was not provided.',
    );
    const empty = await running().graphql('mutation { jobPause(job: { id: "" }) { ok } }');
    expect(empty.json.errors[0].message).toBe(`Job not found ${hint}`);
    expect(running().cuebot.callLog.map(({ method }) => method)).toEqual(['job.JobInterface/Pause']);
  });
});
