import { describe, expect, it } from 'vitest';

import { compileTargets, nounsOf } from '../../src/audit/compile-targets.ts';
import { compileValueToWire } from '../../src/codec/value/value-to-wire.ts';
import { compileWireToValue } from '../../src/codec/value/wire-to-value.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

const registry = loadProtoFiles([new URL('../../proto', import.meta.url).pathname]);
const nouns = nounsOf([...registry.methods.values()].map(({ input }) => input));

/** What the audit holds of a call's request. */
function namedBy(rpc: string, request: object) {
  const { input } = registry.methods.get(rpc)!;
  const read = compileTargets(input, (message) => compileWireToValue(message, registry), nouns);
  return read(compileValueToWire(input, registry)(request));
}
const targetsOf = (rpc: string, request: object) => namedBy(rpc, request).targets;

describe('nounsOf()', () => {
  it('knows the things of a farm by the requests that take them', () => {
    expect([...nouns]).toEqual(expect.arrayContaining(['job', 'layer', 'frame', 'host', 'show', 'render_partition']));
    expect(nouns.has('job_seq') || nouns.has('frame_search_criteria')).toBe(false);
  });
});

describe('compileTargets()', () => {
  it.each([
    ['job.JobInterface/GetJob', { id: 'j-1' }, [{ field: '', id: 'j-1' }]],
    [
      'job.JobInterface/CreateDependencyOnJob',
      { job: { id: 'j-1', name: 'one', logDir: '/secret' }, onJob: { id: 'j-2' } },
      [
        { field: 'job', id: 'j-1', name: 'one' },
        { field: 'on_job', id: 'j-2' },
      ],
    ],
    [
      'host.HostInterface/RedirectToJob',
      { host: { name: 'rack1' }, procNames: ['p1', 'p2'], jobId: 'j-1' },
      [
        { field: 'host', name: 'rack1' },
        { field: 'job_id', id: 'j-1' },
        { field: 'proc_names', name: 'p1' },
        { field: 'proc_names', name: 'p2' },
      ],
    ],
    [
      'host.ProcInterface/UnbookToGroup',
      { r: { hosts: ['rack1'], jobs: ['one'], shows: ['alpha'] }, group: { id: 'g-1' }, kill: true },
      [
        { field: 'group', id: 'g-1' },
        { field: 'r.hosts', name: 'rack1' },
        { field: 'r.jobs', name: 'one' },
        { field: 'r.shows', name: 'alpha' },
      ],
    ],
    [
      'job.JobInterface/KillFrames',
      { job: { id: 'j-1' }, req: { ids: ['f-1'], frames: ['0001-a'] }, username: 'ann', pid: '7', reason: 'why' },
      [
        { field: 'job', id: 'j-1' },
        { field: 'req.ids', id: 'f-1' },
        { field: 'req.frames', name: '0001-a' },
      ],
    ],
    [
      'limit.LimitInterface/Rename',
      { oldName: 'arnold', newName: 'arnold-7' },
      [
        { field: 'old_name', name: 'arnold' },
        { field: 'new_name', name: 'arnold-7' },
      ],
    ],
    [
      'job.GroupInterface/ReparentJobs',
      { group: { id: 'g-1' }, jobs: { jobs: [{ id: 'j-1' }, { id: 'j-2' }] } },
      [
        { field: 'group', id: 'g-1' },
        { field: 'jobs', id: 'j-1' },
        { field: 'jobs', id: 'j-2' },
      ],
    ],
    ['host.OwnerInterface/TakeOwnership', { host: 'rack1' }, [{ field: 'host', name: 'rack1' }]],
    ['job.JobInterface/LaunchSpec', { spec: '<spec/>' }, []],
    ['host.HostInterface/AddTags', { host: { id: 'h' }, tags: ['linux'] }, [{ field: 'host', id: 'h' }]],
  ])('reads what %s names', (rpc, request, targets) => {
    expect(namedBy(rpc, request)).toEqual({ targets, leftOut: 0 });
  });

  it('names each thing once, so that repeating one hides no other', () => {
    const jobs = [...Array.from({ length: 100 }, () => ({ id: 'j-1' })), { id: 'j-2' }];
    expect(namedBy('job.GroupInterface/ReparentJobs', { group: { id: 'g' }, jobs: { jobs } })).toEqual({
      targets: [
        { field: 'group', id: 'g' },
        { field: 'jobs', id: 'j-1' },
        { field: 'jobs', id: 'j-2' },
      ],
      leftOut: 0,
    });
  });

  it('names the first twenty, and says how many more there are', () => {
    const jobs = Array.from({ length: 30 }, (_, index) => ({ id: `job-${index}` }));
    const { targets, leftOut } = namedBy('job.GroupInterface/ReparentJobs', { group: { id: 'g' }, jobs: { jobs } });
    expect([targets.length, targets[0], leftOut]).toEqual([20, { field: 'group', id: 'g' }, 11]);
  });

  it('holds little of a request that is made to be large', () => {
    const jobs = Array.from({ length: 20 }, (_, index) => ({
      id: `${index}`.padEnd(200, '\u0001'),
      name: 'x'.repeat(500),
    }));
    const { targets, leftOut } = namedBy('job.GroupInterface/ReparentJobs', { jobs: { jobs } });
    expect(JSON.stringify(targets).length).toBeLessThan(4_500);
    expect(targets.length + leftOut).toBe(20);
  });

  it('cuts what is too long to be an id or a name', () => {
    const targets = targetsOf('job.JobInterface/Pause', { job: { id: 'x'.repeat(500) } });
    expect(targets).toEqual([{ field: 'job', id: `${'x'.repeat(200)}…` }]);
  });

  it('finds nothing in bytes that are no such message', () => {
    const { input } = registry.methods.get('job.JobInterface/Pause')!;
    const read = compileTargets(input, (message) => compileWireToValue(message, registry), nouns);
    expect(read(Uint8Array.of(0xff))).toEqual({ targets: [], leftOut: 0 });
  });
});
