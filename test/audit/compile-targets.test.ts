import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { compileTargets, nounsOf, type ReadTargets } from '../../src/audit/compile-targets.ts';
import { describeRequest } from '../../src/audit/describe-request.ts';
import { compileValueToWire } from '../../src/codec/value/value-to-wire.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

const registry = loadProtoFiles([new URL('../../proto', import.meta.url).pathname]);
const nouns = nounsOf([...registry.methods.values()].map(({ input }) => input));

/** What the audit holds of a call's request, as bytes. */
function readAll(rpc: string, request: Uint8Array) {
  const steps = compileTargets(registry.methods.get(rpc)!.input, nouns)(request);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
/** The same of a request as values. */
function namedBy(rpc: string, request: object) {
  const { input } = registry.methods.get(rpc)!;
  return readAll(rpc, compileValueToWire(input, registry)(request));
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
    expect(namedBy(rpc, request)).toEqual({ targets, leftOut: 0, said: [] });
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
      said: [],
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
    expect(readAll('job.JobInterface/Pause', Uint8Array.of(0xff))).toEqual({ targets: [], leftOut: 0, said: [] });
  });

  it('names what Cuebot acts on when a part comes twice: the parts are merged, and the last value holds', () => {
    const { input } = registry.methods.get('job.JobInterface/Pause')!;
    const encode = compileValueToWire(input, registry);
    const parts = [{ job: { id: 'j-1', name: 'one' } }, { job: { id: 'j-2' } }].map((part) => encode(part));
    expect(readAll('job.JobInterface/Pause', Buffer.concat(parts)).targets).toEqual([
      { field: 'job', id: 'j-2', name: 'one' },
    ]);
  });

  it('looks behind unknown fields of every kind, groups included', () => {
    const { input } = registry.methods.get('job.JobInterface/Pause')!;
    // A varint, eight bytes, a text, four bytes, and a group in a group with a text of the number of `job`.
    const unknown = Buffer.from(
      'a00601 a1060000000000000000 a2060161 a50600000000 a306 0a0161 ab06 ac06 a406'.replaceAll(' ', ''),
      'hex',
    );
    const request = Buffer.concat([unknown, compileValueToWire(input, registry)({ job: { id: 'j-1' } })]);
    expect(readAll('job.JobInterface/Pause', request).targets).toEqual([{ field: 'job', id: 'j-1' }]);
    expect(readAll('job.JobInterface/Pause', Buffer.from('a306', 'hex')).targets).toEqual([]);
  });

  it('does not open the thousands of things that it does not name, and gives way while it counts them', () => {
    const { input } = registry.methods.get('job.GroupInterface/ReparentJobs')!;
    const first = Array.from({ length: 20 }, (_, index) => ({ id: `job-${index}` }));
    const jobs = compileValueToWire(input, registry)({ jobs: { jobs: first } });
    // What follows is no job at all: who looks into it finds broken bytes, and would name nothing.
    const broken = Buffer.from('0a01ff', 'hex');
    const list = Buffer.concat(Array.from({ length: 100_000 }, () => broken));
    const length = [0, 7, 14].map((shift, at) => ((list.length >> shift) & 0x7f) | (at < 2 ? 0x80 : 0));
    // A second part of the same list.
    const request = Buffer.concat([jobs, jobs.subarray(0, 1), Buffer.from(length), list]);
    const steps = compileTargets(input, nouns)(request);
    let yields = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yields += 1;
    expect(step.value).toMatchObject({ leftOut: 100_000 });
    expect(step.value.targets).toHaveLength(20);
    expect(yields).toBeGreaterThanOrEqual(Math.floor(100_000 / 2_048));
  });

  it.each<[rpc: string, path: readonly string[], request: object, said: string]>([
    ['job.JobInterface/Kill', ['username'], { job: { id: 'j-1' }, username: 'zoe' }, 'zoe'],
    ['job.JobInterface/Kill', ['username'], { job: { id: 'j-1' } }, ''],
    ['job.JobInterface/AddComment', ['new_comment', 'user'], { newComment: { id: 'c', user: 'zoe' } }, 'zoe'],
  ])('reads who calls by the words of %s', (rpc, path, request, said) => {
    const { input } = registry.methods.get(rpc)!;
    let { fields } = input;
    const steps = path.map((name) => {
      const field = fields.find((each) => each.name === name)!;
      if (field.type.kind === 'message') fields = field.type.message.fields;
      return field;
    });
    const walk = compileTargets(input, nouns, [steps])(compileValueToWire(input, registry)(request));
    let step = walk.next();
    while (step.done !== true) step = walk.next();
    expect(step.value.said).toEqual([said]);
  });
});

describe('describeRequest()', () => {
  const steps = (count: number): ReadTargets =>
    function* () {
      for (let index = 0; index < count; index += 1) yield;
      return { targets: [], leftOut: count, said: [] };
    };
  const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  it('describes a small request at once', () => {
    const request = Buffer.from('small');
    expect(describeRequest(request, steps(3))).toEqual({
      targets: [],
      leftOut: 3,
      said: [],
      sha256: sha256Of(request),
    });
  });

  it('describes a large one in turns, by the same words', async () => {
    const request = Buffer.alloc(3 * 1024 * 1024 + 1, 'x');
    const described = describeRequest(request, steps(3));
    expect(described).toBeInstanceOf(Promise);
    expect(await described).toEqual({ targets: [], leftOut: 3, said: [], sha256: sha256Of(request) });
  });

  it('lets others run meanwhile', async () => {
    let hasOtherRun = false;
    const endless: ReadTargets = function* () {
      // Ends only when somebody else had a turn.
      while (!hasOtherRun) yield;
      return { targets: [], leftOut: 0, said: [] };
    };
    setImmediate(() => {
      hasOtherRun = true;
    });
    await describeRequest(Buffer.alloc(1024 * 1024), endless);
    expect(hasOtherRun).toBe(true);
  });
});
