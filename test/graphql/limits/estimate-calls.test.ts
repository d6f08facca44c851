import { buildSchema, type ConstDirectiveNode, isObjectType, parse, validate, valueFromASTUntyped } from 'graphql';
import { describe, expect, it } from 'vitest';

import { compileCheckEstimate } from '../../../src/graphql/limits/check-estimate.ts';
import type { FieldCost } from '../../../src/graphql/schema/field-facts.ts';

const schema = buildSchema(`
  directive @rpc(method: String, batch: Boolean, pick: Boolean, per: [String!]) on FIELD_DEFINITION
  type Query {
    jobGetJobs(r: Criteria): Jobs @rpc
    jobs(where: Criteria, first: Int): [Job!]! @rpc
    frames: [Frame!]! @rpc
    job(id: String): Job @rpc
  }
  type Mutation { kill(id: String): Job @rpc }
  input Criteria { ids: [String!], limit: Int, name: String }
  type Jobs { jobs: [Job!]!, total: Int }
  type Job {
    id: String
    layers: [Layer!]! @rpc
    show: Show @rpc(pick: true)
    host: Host @rpc(batch: true)
  }
  type Layer { id: String, job: Job @rpc(batch: true), frames(limit: Int = 500): [Frame!]! @rpc }
  type Frame { id: String, host: Host @rpc, layer: Layer @rpc(per: ["Job", "Host"]) }
  type Host { name: String, tags: [String!]! }
  type Show { name: String }
`);

/** As links are compiled with GRAPHQL_MAX_BATCH_KEYS of 500. */
function costOf({ arguments: given = [] }: ConstDirectiveNode): FieldCost {
  const said = Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
  const owners = (said['per'] ?? []) as readonly string[];
  if (said['pick'] === true) return { parentsPerCall: Number.POSITIVE_INFINITY, owners };
  return { parentsPerCall: said['batch'] === true ? 500 : 1, owners };
}

for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
  for (const field of Object.values(type.getFields())) {
    const directive = field.astNode?.directives?.find(({ name }) => name.value === 'rpc');
    if (directive !== undefined) field.extensions = { cuegate: { cost: costOf(directive) } };
  }
}

const check = compileCheckEstimate(schema, { maxEstimate: -1, assumedListLength: 50 });

/** What each field is expected to cost. */
function costsOf(text: string, variableValues: Record<string, unknown> = {}): Record<string, number> {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const { extensions } = check({ document, variableValues })!;
  const costs = extensions['costs'] as { field: string; calls: number }[];
  return Object.fromEntries(costs.map(({ field, calls }) => [field, calls]));
}

describe('compileCheckEstimate()', () => {
  it.each([
    ['a root field', '{ job { id } }', { job: 1 }],
    ['aliases', '{ a: job { id } b: job { id } }', { a: 1, b: 1 }],
    ['the same field twice', '{ job { id } job { id } ...j } fragment j on Query { job { id } }', { job: 1 }],
    ['nothing for a link whose owner is not known', '{ frames { layer { id } } }', { frames: 1, 'frames.layer': 0 }],
    ['a mutation', 'mutation { kill { id } }', { kill: 1 }],
    ['introspection', '{ __schema { types { name } } __typename job { __typename } }', { job: 1 }],
    ['a link for each parent', '{ jobs { layers { id } } }', { jobs: 1, 'jobs.layers': 50 }],
    [
      'a list inside a message',
      '{ jobGetJobs { total jobs { layers { id } } } }',
      { jobGetJobs: 1, 'jobGetJobs.jobs.layers': 50 },
    ],
    ['a batched link', '{ jobs { host { name } } }', { jobs: 1, 'jobs.host': 1 }],
    [
      'a batched link of many parents',
      '{ jobs { layers { job { id } } } }',
      { jobs: 1, 'jobs.layers': 50, 'jobs.layers.job': 5 },
    ],
    [
      'one list for all',
      '{ jobs { layers { job { show { name } } } } }',
      { jobs: 1, 'jobs.layers': 50, 'jobs.layers.job': 5, 'jobs.layers.job.show': 1 },
    ],
    [
      'a link for each owner',
      '{ job { layers { frames { layer { id } } } } }',
      { job: 1, 'job.layers': 1, 'job.layers.frames': 50, 'job.layers.frames.layer': 1 },
    ],
    [
      'a default limit',
      '{ job { layers { frames { host { name } } } } }',
      { job: 1, 'job.layers': 1, 'job.layers.frames': 50, 'job.layers.frames.host': 25_000 },
    ],
    [
      'a limit',
      '{ job { layers { frames(limit: 2) { host { name } } } } }',
      { job: 1, 'job.layers': 1, 'job.layers.frames': 50, 'job.layers.frames.host': 100 },
    ],
    ['first', '{ jobs(first: 3) { layers { id } } }', { jobs: 1, 'jobs.layers': 3 }],
    [
      'a limit inside a message, for the list inside the answer',
      '{ jobGetJobs(r: { limit: 7 }) { jobs { layers { id } } } }',
      { jobGetJobs: 1, 'jobGetJobs.jobs.layers': 7 },
    ],
    ['a number of ids', '{ jobs(where: { ids: ["a", "b"] }) { layers { id } } }', { jobs: 1, 'jobs.layers': 2 }],
    ['no ids, which are all', '{ jobs(where: { ids: [] }) { layers { id } } }', { jobs: 1, 'jobs.layers': 50 }],
    [
      'the smaller of two',
      '{ jobs(where: { ids: ["a", "b"] }, first: 1) { layers { id } } }',
      { jobs: 1, 'jobs.layers': 1 },
    ],
    ['what is left out', '{ job { id layers @skip(if: true) { id } host @include(if: false) { name } } }', { job: 1 }],
  ])('counts %s', (_, text, costs) => {
    expect(costsOf(text)).toEqual(costs);
  });

  it.each([
    ['limits', 'query ($n: Int) { jobs(first: $n) { layers { id } } }', { n: 4 }, { jobs: 1, 'jobs.layers': 4 }],
    [
      'whole messages',
      'query ($w: Criteria) { jobs(where: $w) { layers { id } } }',
      { w: { ids: ['a', 'b', 'c'] } },
      { jobs: 1, 'jobs.layers': 3 },
    ],
    ['defaults', 'query ($n: Int = 6) { jobs(first: $n) { layers { id } } }', {}, { jobs: 1, 'jobs.layers': 6 }],
    ['conditions', 'query ($on: Boolean!) { jobs { layers @include(if: $on) { id } } }', { on: false }, { jobs: 1 }],
  ])('reads %s from variables', (_, text, variables, costs) => {
    expect(costsOf(text, variables)).toEqual(costs);
  });

  it('does not remember what variables said', () => {
    const document = parse('query ($n: Int) { jobs(first: $n) { layers { id } } }');
    const estimates = [3, 30].map((n) => check({ document, variableValues: { n } })!.extensions['estimate']);
    expect(estimates).toEqual([4, 31]);
  });

  it('says which fields cost most, and what to do', () => {
    const document = parse('{ jobs { layers { job { layers { job { layers { id } } } } } } }');
    const { message, extensions } = compileCheckEstimate(schema, { maxEstimate: 10_000, assumedListLength: 50 })({
      document,
    })!;
    expect(message).toBe(
      'This operation is expected to make 127806 calls upstream; 10000 are allowed (GRAPHQL_MAX_ESTIMATE). The most expensive ' +
        'fields: jobs.layers.job.layers.job.layers: 125000, jobs.layers.job.layers: 2500, jobs.layers.job.layers.job: 250, ' +
        'jobs.layers: 50, jobs.layers.job: 5. Leave such fields out, or say how many objects you want, by "where.ids" or ' +
        '"where.limit" or "first" of jobs.',
    );
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', estimate: 127_806, limit: 10_000 });
  });

  it('lets pass what is within the limit, and what execution will complain about', () => {
    const within = compileCheckEstimate(schema, { maxEstimate: 51, assumedListLength: 50 });
    expect(within({ document: parse('{ jobs { layers { id } } }') })).toBeUndefined();
    expect(within({ document: parse('query A { job { id } } query B { job { id } }') })).toBeUndefined();
    expect(within({ document: parse('subscription { job { id } }') })).toBeUndefined();
  });
});
