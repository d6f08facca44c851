import { describe, expect, it } from 'vitest';

import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';
import { registry, tableOf } from '../pipeline/validation/single-interceptor.ts';

const mistakesOf = (text: string): readonly string[] => {
  try {
    tableOf(text);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n  - ').slice(1);
  }
};

const kill = 'job.JobInterface/Kill';
const create = 'show.ShowInterface/CreateShow';

describe('the section validations', () => {
  it('gives each RPC that is meant its validation', () => {
    const { rows } = tableOf(
      `validations: { bounded: [{ rpcs: job.JobInterface/*Frames(req), field: req, apart: page, why: so }] }`,
    );
    const validated = rows.flatMap(({ method, validations }) =>
      validations.map(({ kind }) => `${kind} ${method.name}`),
    );
    expect(validated).toEqual([
      'bounded EatFrames',
      'bounded GetFrames',
      'bounded KillFrames',
      'bounded MarkDoneFrames',
      'bounded RetryFrames',
    ]);
  });

  it.each([
    ['filed: []', '16: validations.filed: is not known here; did you mean "filled"?'],
    [
      'locked: []',
      '16: validations.locked: is not known here; there are: filled, bounded, recent, no-nul, unique, job-spec',
    ],
    [
      'filled: [{ rpcs: job.JobInterface/Kil, field: reason, why: so }]',
      `27: validations.filled[0].rpcs: "job.JobInterface/Kil" matches no RPC of the loaded protos; did you mean "${kill}"?`,
    ],
    [
      'filled: [{ rpcs: "job.JobInterface/Kill b!", field: reason, why: so }]',
      '27: validations.filled[0].rpcs: is "job.JobInterface/Kill b!"; expected <service>/<method>, e.g. job.JobInterface/Get*',
    ],
    [
      `filled: [{ rpcs: ${kill}, field: resson, why: so }]`,
      `56: validations.filled[0].field: job.JobKillRequest has no field "resson"; did you mean "reason"? (${kill})`,
    ],
    [
      `filled: [{ rpcs: ${kill}, field: job, why: so }]`,
      `56: validations.filled[0].field: "job" must be a string and is a message (${kill})`,
    ],
    [
      `filled: [{ rpcs: ${kill}, field: reason.text, why: so }]`,
      `56: validations.filled[0].field: "reason" of job.JobKillRequest has no fields (${kill})`,
    ],
    [`filled: [{ rpcs: ${kill}, field: reason }]`, '25: validations.filled[0].why: is missing; expected "why"'],
    [
      `filled: [{ rpcs: ${kill}, field: reason, why: so, on: rest }]`,
      '80: validations.filled[0].on: is "rest"; expected ("graphql" | "all")',
    ],
    [
      `filled: [{ rpcs: ${kill}, field: reason, why: so, seconds: 3 }]`,
      '80: validations.filled[0].seconds: is not known here; there are: rpcs, field, on, why',
    ],
    [
      'bounded: [{ rpcs: job.JobInterface/EatFrames, field: req, apart: pages, why: so }]',
      '74: validations.bounded[0].apart: job.FrameSearchCriteria has no field "pages"; did you mean "page"? (job.JobInterface/EatFrames)',
    ],
    [
      'recent: [{ rpcs: job.JobInterface/GetUpdatedFrames, field: last_check, seconds: 0, why: so }]',
      '87: validations.recent[0].seconds: is 0; expected a number above 0',
    ],
    [
      `unique: [{ rpcs: ${create}, field: name, look-up: show.ShowInterface/FindShows, by: name, why: so }]`,
      '77: validations.unique[0].look-up: "show.ShowInterface/FindShows" matches no RPC of the loaded protos; did you mean "show.ShowInterface/FindShow"?',
    ],
    [
      `unique: [{ rpcs: ${create}, field: name, look-up: show.ShowInterface/FindShow, why: so }]`,
      '25: validations.unique[0]: is Object; expected either "by" or "in" in it',
    ],
    [
      `unique: [{ rpcs: ${create}, field: name, look-up: show.ShowInterface/FindShow, by: id, why: so }]`,
      '115: validations.unique[0].by: show.ShowFindShowRequest has no string "id"',
    ],
    [
      `unique: [{ rpcs: ${create}, field: name, look-up: show.ShowInterface/GetShows, in: shows, why: so }]`,
      '115: validations.unique[0].in: show.ShowGetShowsResponse has no list of strings "shows"',
    ],
  ])('says what is wrong with %s', (validation, mistake) => {
    expect(mistakesOf(`validations: { ${validation} }`)).toEqual([`line 1, column ${mistake}`]);
  });

  it('leaves out what it says of RPCs that other protos do not have', () => {
    const text = 'validations: { filled: [{ rpcs: shop.Shelf/Paint, field: colour, why: so }] }';
    const { rows } = compileRpcTable(registry, { text, fileName: 'rpcs.yaml', mustMatch: false });
    expect(rows.filter(({ validations }) => validations.length > 0)).toEqual([]);
  });
});

describe('the section identity-fields', () => {
  it.each([
    [
      `{ rpcs: ${kill}, field: user, why: so }`,
      `50: identity-fields[0].field: job.JobKillRequest has no field "user" (${kill})`,
    ],
    [
      `{ rpcs: ${kill}, field: job.priority, why: so }`,
      `50: identity-fields[0].field: "priority" is no string (${kill})`,
    ],
    [`{ rpcs: ${kill}, field: username }`, '19: identity-fields[0].why: is missing; expected "why"'],
    [
      '{ rpcs: service.ServiceInterface/CreateService, field: data.name, why: so }',
      '67: identity-fields[0].field: "tags" of service.Service, beside the identity field, is no single scalar (service.ServiceInterface/CreateService)',
    ],
    [
      '{ rpcs: show.ShowInterface/GetShows, field: name, why: so }',
      '56: identity-fields[0].field: show.ShowGetShowsRequest has no field "name" (show.ShowInterface/GetShows)',
    ],
  ])('says what is wrong with %s', (field, mistake) => {
    expect(mistakesOf(`identity-fields: [${field}]`)).toEqual([`line 1, column ${mistake}`]);
  });
});

describe('the section keys', () => {
  const keysOf = (yaml: string) => (rpc: string) => {
    const { rows } = tableOf(yaml);
    const { keys } = rows.find(({ method }) => method.fullName === rpc)!;
    return keys.map(({ field, key }) => `${field.name}.${key.name}`);
  };

  it('says by which field requests name an entity, of all RPCs or of some', () => {
    const everywhere = keysOf('keys: { job.Job: { key: id } }');
    expect(everywhere('job.JobInterface/Pause')).toEqual(['job.id']);
    const somewhere = keysOf('keys: { job.Job: { key: id, rpcs: job.JobInterface/Get* } }');
    expect([somewhere('job.JobInterface/Pause'), somewhere('job.JobInterface/GetComments')]).toEqual([[], ['job.id']]);
  });

  it.each([
    ['job.Jab: { key: id }', '9: keys."job.Jab": is no message of the loaded protos'],
    ['job.Job: { key: ids }', '20: keys."job.Job".key: job.Job has no string "ids"'],
  ])('tells what does not fit: %s', (row, mistake) => {
    expect(mistakesOf(`keys: { ${row} }`)).toEqual([`line 1, column ${mistake}`]);
  });
});

describe('the section refetch', () => {
  it('gives each write what its request names, and a Delete nothing', () => {
    const { rows } = tableOf('refetch: { job.Job: { read: job.JobInterface/GetJob, key: id, by: id } }');
    const refetchesOf = (rpc: string) =>
      rows
        .find(({ method }) => method.fullName === rpc)!
        .refetches.map(({ field, method }) => [field.name, method.name]);
    expect(refetchesOf('job.JobInterface/Pause')).toEqual([['job', 'GetJob']]);
    expect(refetchesOf('job.JobInterface/GetComments')).toEqual([]);
    expect(refetchesOf('comment.CommentInterface/Delete')).toEqual([]);
  });

  it.each([
    [
      'job.Jab: { read: job.JobInterface/GetJob, key: id, by: id }',
      '12: refetch."job.Jab": is no message of the loaded protos',
    ],
    [
      'job.Job: { read: job.JobInterface/Pause, key: id, by: id }',
      '23: refetch."job.Job".read: job.JobInterface/Pause is a write',
    ],
    [
      'job.Job: { read: show.ShowInterface/FindShow, key: id, by: name }',
      '23: refetch."job.Job".read: show.ShowFindShowResponse holds no job.Job',
    ],
    [
      'job.Job: { read: job.JobInterface/GetJob, key: ids, by: id }',
      '54: refetch."job.Job".key: job.Job has no string "ids"',
    ],
    [
      'job.Job: { read: job.JobInterface/GetJob, key: id, by: name }',
      '63: refetch."job.Job".by: job.JobGetJobRequest has no string "name"',
    ],
  ])('says what is wrong with %s', (row, mistake) => {
    expect(mistakesOf(`refetch: { ${row} }`)).toEqual([`line 1, column ${mistake}`]);
  });

  it('wants a read that waits for nobody', () => {
    const text = `rpcs: { job.JobInterface/GetJob: { lane: job, why: so } }
refetch: { job.Job: { read: job.JobInterface/GetJob, key: id, by: id } }`;
    expect(mistakesOf(text)).toEqual([
      'line 2, column 23: refetch."job.Job".read: job.JobInterface/GetJob runs in the lane "job"; a refetch must have none',
    ]);
  });
});
