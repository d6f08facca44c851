import { describe, expect, it } from 'vitest';

import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';
import { registry, tableOf } from '../pipeline/validation/single-interceptor.ts';

const mistakesOf = (text: string): readonly string[] => {
  try {
    tableOf(text);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n  ').slice(1);
  }
};

const kill = 'job.JobInterface/Kill';
const create = 'show.ShowInterface/CreateShow';
const kinds = 'filled, bounded, recent, no-nul, unique, job-spec';

describe('readValidations()', () => {
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
    ['filed: []', 'line 1: "filed" is no kind of validation; did you mean "filled"?'],
    ['locked: []', `line 1: "locked" is no kind of validation; there are: ${kinds}`],
    [
      'filled: [{ rpcs: job.JobInterface/Kil, field: reason, why: so }]',
      `line 1: "job.JobInterface/Kil" matches no RPC of the loaded protos; did you mean ${kill}?`,
    ],
    [
      'filled: [{ rpcs: "job.JobInterface/Kill b!", field: reason, why: so }]',
      'line 1: "b!" is no pattern; expected <service>/<method>, e.g. job.JobInterface/Get*',
    ],
    [
      `filled: [{ rpcs: ${kill}, field: resson, why: so }]`,
      `line 1: job.JobKillRequest has no field "resson"; did you mean "reason"? (${kill})`,
    ],
    [`filled: [{ rpcs: ${kill}, field: job, why: so }]`, `line 1: "job" must be a string and is a message (${kill})`],
    [
      `filled: [{ rpcs: ${kill}, field: reason.text, why: so }]`,
      `line 1: "reason" of job.JobKillRequest has no fields (${kill})`,
    ],
    [`filled: [{ rpcs: ${kill}, field: reason }]`, 'line 1: this validation "filled" lacks why'],
    [
      `filled: [{ rpcs: ${kill}, field: reason, why: so, on: rest }]`,
      'line 1: "on" must be one of: graphql, all; found "rest"',
    ],
    [
      `filled: [{ rpcs: ${kill}, field: reason, why: so, seconds: 3 }]`,
      'line 1: "seconds" is no setting; there are: rpcs, why, field, on; found "seconds"',
    ],
    [
      'bounded: [{ rpcs: job.JobInterface/EatFrames, field: req, apart: pages, why: so }]',
      'line 1: job.FrameSearchCriteria has no field "pages"; did you mean "page"? (job.JobInterface/EatFrames)',
    ],
    [
      'recent: [{ rpcs: job.JobInterface/GetUpdatedFrames, field: last_check, seconds: 0, why: so }]',
      'line 1: "seconds" must be a whole number above 0; found "0"',
    ],
    [
      `unique: [{ rpcs: ${create}, field: name, look-up: show.ShowInterface/FindShows, by: name, why: so }]`,
      'line 1: "show.ShowInterface/FindShows" matches no RPC of the loaded protos; did you mean show.ShowInterface/FindShow?',
    ],
    [
      `unique: [{ rpcs: ${create}, field: name, look-up: show.ShowInterface/FindShow, why: so }]`,
      'line 1: a look-up needs either "by" or "in"',
    ],
    [
      `unique: [{ rpcs: ${create}, field: name, look-up: show.ShowInterface/FindShow, by: id, why: so }]`,
      'line 1: show.ShowFindShowRequest has no string "id"',
    ],
    [
      `unique: [{ rpcs: ${create}, field: name, look-up: show.ShowInterface/GetShows, in: shows, why: so }]`,
      'line 1: show.ShowGetShowsResponse has no list of strings "shows"',
    ],
  ])('says what is wrong with %s', (validation, mistake) => {
    expect(mistakesOf(`validations: { ${validation} }`)).toEqual([mistake]);
  });

  it('leaves out what it says of RPCs that other protos do not have', () => {
    const text = 'validations: { filled: [{ rpcs: shop.Shelf/Paint, field: colour, why: so }] }';
    const { rows } = compileRpcTable(registry, { text, fileName: 'rpcs.yaml', mustMatch: false });
    expect(rows.filter(({ validations }) => validations.length > 0)).toEqual([]);
  });
});

describe('readIdentityFields()', () => {
  it.each([
    [`{ rpcs: ${kill}, field: user, why: so }`, `line 1: job.JobKillRequest has no field "user" (${kill})`],
    [`{ rpcs: ${kill}, field: job.priority, why: so }`, `line 1: "priority" is no string (${kill})`],
    [`{ rpcs: ${kill}, field: username }`, 'line 1: an identity field needs rpcs, field and why'],
    [
      '{ rpcs: service.ServiceInterface/CreateService, field: data.name, why: so }',
      'line 1: "tags" of service.Service, beside the identity field, is no single scalar (service.ServiceInterface/CreateService)',
    ],
    [
      '{ rpcs: show.ShowInterface/GetShows, field: name, why: so }',
      'line 1: show.ShowGetShowsRequest has no field "name" (show.ShowInterface/GetShows)',
    ],
  ])('says what is wrong with %s', (field, mistake) => {
    expect(mistakesOf(`identity-fields: [${field}]`)).toEqual([mistake]);
  });
});
