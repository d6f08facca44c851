import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';

import { secret, shareGateway } from './running-gateway.ts';

/** What one operation may cost, end to end: a gateway with its default settings but for the calls, and a demo Cuebot. */

const running = shareGateway({ settings: { GRAPHQL_MAX_CALLS: '20' } });

const callsMade = () => [...running().cuebot.calls.values()].reduce((sum, calls) => sum + calls, 0);
const aliased = (count: number, field: (index: number) => string) =>
  `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field(index)}`).join(' ')} }`;

/** The standard introspection under many aliases: two kilobytes of text. */
const introspectionBomb = (count: number) => {
  const text = getIntrospectionQuery({ descriptions: false });
  const fragments = text.indexOf('fragment ');
  const question = text.slice(text.indexOf('__schema'), text.lastIndexOf('}', fragments));
  return aliased(count, () => question) + text.slice(fragments);
};

describe('an introspection', () => {
  it('under forty aliases is refused before it is made', async () => {
    const { status, json } = await running().graphql(introspectionBomb(40));
    expect(json.errors).toMatchObject([
      {
        message: expect.stringMatching(/^This operation asks for more than \d+ values of the schema\./),
        extensions: { code: 'BAD_USER_INPUT', measure: 'introspection' },
      },
    ]);
    expect(status).toBe(200);
  });

  it('of tools is answered, and a second time from the same bytes', async () => {
    const first = await running().graphql(getIntrospectionQuery());
    const second = await running().graphql(getIntrospectionQuery());
    expect(first.json.data.__schema.types.length).toBeGreaterThan(400);
    expect(second.text).toBe(first.text);
    const variables = 'query ($old: Boolean) { __type(name: "Query") { fields(includeDeprecated: $old) { name } } }';
    const counts = await Promise.all(
      [true, false].map(async (old) => (await running().graphql(variables, { old })).json.data.__type.fields.length),
    );
    expect(counts[0]).toBeGreaterThanOrEqual(counts[1]);
  });

  it('beside other fields is answered with them', async () => {
    const { json } = await running().graphql('{ __type(name: "Job") { name } shows { name } __typename }');
    expect(json.errors).toBeUndefined();
    expect(json.data).toMatchObject({ __type: { name: 'Job' }, __typename: 'Query' });
    expect(json.data.shows.length).toBeGreaterThan(0);
  });

  it('is for callers who may read something', async () => {
    const claims = { sub: 'nobody', scope: 'elsewhere:read', exp: Math.floor(Date.now() / 1000) + 3_600 };
    const headers = { authorization: `Bearer ${signToken({ secret, claims })}` };
    const { status, json } = await running().graphql('{ __schema { types { name } } }', undefined, headers);
    expect(json.errors).toMatchObject([
      { message: expect.stringContaining('The schema is for callers who may read'), extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(status).toBe(403);
    expect((await running().graphql('{ __typename }', undefined, headers)).json.data).toEqual({ __typename: 'Query' });
  });
});

describe('viewer', () => {
  const query =
    '{ viewer { subject scopes groups expiresAt read: mayCall(rpc: "job.JobInterface/GetJobs") kill: mayCall(rpc: "job.JobInterface/Kill") } }';

  it('tells who somebody is and what they may do, without a call', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3_600;
    const claims = { sub: 'reader', scope: 'cue:read', exp };
    const headers = { authorization: `Bearer ${signToken({ secret, claims })}` };
    const { json } = await running().graphql(query, undefined, headers);
    expect(json).toEqual({
      data: {
        viewer: {
          subject: 'reader',
          scopes: ['cue:read'],
          groups: [],
          expiresAt: new Date(exp * 1000).toISOString(),
          read: true,
          kill: false,
        },
      },
    });
    expect(callsMade()).toBe(0);
  });

  it('knows no RPC that there is not', async () => {
    const { json } = await running().graphql('{ viewer { mayCall(rpc: "job.JobInterface/Kil") } }');
    expect(json.errors).toMatchObject([
      {
        message: 'No RPC is named "job.JobInterface/Kil"; did you mean "job.JobInterface/Kill"?',
        extensions: { code: 'BAD_USER_INPUT', argument: 'rpc' },
      },
    ]);
  });
});

describe('an operation', () => {
  it('with 2,000 aliases is refused, and calls nothing', async () => {
    const { json } = await running().graphql(aliased(2_000, () => 'showGetShows { shows { shows { name } } }'));
    // Its tokens are counted first.
    expect(json.errors[0].message).toContain('This document has more than 10000 words, numbers and punctuators');
    const { json: shorter } = await running().graphql(aliased(2_000, () => '__typename'));
    expect(shorter.errors).toMatchObject([
      {
        message: expect.stringContaining('This document has 2000 fields with an alias; 100 are allowed.'),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect(callsMade()).toBe(0);
  });

  it('with variables full of mistakes is told the first ones, and calls nothing', async () => {
    const r = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`unknown${index}`, index]));
    const { json } = await running().graphql(
      'query ($r: JobSearchCriteriaInput) { jobGetJobs(r: $r) { __typename } }',
      {
        r,
      },
    );
    expect(json.errors).toHaveLength(10);
    expect(json.errors[0].message).toBe(
      'Variable "$r" got an invalid value: the field "unknown0" is not defined by type "JobSearchCriteriaInput".',
    );
    expect(JSON.stringify(json).length).toBeLessThan(5_000);
    expect(callsMade()).toBe(0);
  });

  it('that asks the same under a hundred aliases calls once', async () => {
    const { json } = await running().graphql(aliased(100, () => 'showGetShows { shows { shows { name } } }'));
    expect(json.errors).toBeUndefined();
    expect(Object.keys(json.data)).toHaveLength(100);
    expect(callsMade()).toBe(1);
  });

  it('makes the calls that it may, and fails the fields beyond', async () => {
    const { json } = await running().graphql(
      aliased(30, (index) => `jobGetJobs(r: { users: ["u${index}"] }) { jobs { jobs { id } } }`),
    );
    expect(callsMade()).toBe(20);
    expect(Object.values(json.data).filter((answer) => answer !== null)).toHaveLength(20);
    expect(json.errors).toHaveLength(10);
    expect(json.errors[0]).toMatchObject({
      path: ['a20'],
      message:
        'This operation has made 20 calls upstream, and more are not allowed (GRAPHQL_MAX_CALLS): job.JobInterface/GetJobs ' +
        'was not called. Ask for fewer objects at once, or for less about each.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('that looks at the whole schema, as tools do, is answered', async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
    });
    const { json } = await running().graphql(query);
    expect(json.errors).toBeUndefined();
    expect(json.data.__schema.subscriptionType.name).toBe('Subscription');
  });

  it('that looks at the schema in circles is refused', async () => {
    const circle = `${'fields { type { '.repeat(10)}name${' } }'.repeat(10)}`;
    const { status, json } = await running().graphql(`{ __type(name: "Query") { ${circle} } }`);
    expect([status, json.errors[0].message]).toEqual([
      200,
      'The introspection of this document is 22 levels deep; 15 are allowed.',
    ]);
  });

  it('that goes in circles is refused before it calls anything', async () => {
    const circle = `${'layers { frames(limit: 100) { job { '.repeat(4)}name${' } } }'.repeat(4)}`;
    const { json } = await running().graphql(`{ jobs { ${circle} } }`);
    expect(json.errors[0].message).toMatch(/^This operation is expected to make \d+ calls upstream; 10000 are allowed/);
    expect(json.errors[0].extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      costs: expect.arrayContaining([{ field: expect.stringContaining('layers'), calls: expect.any(Number) }]),
    });
    const { json: deeper } = await running().graphql(
      `{ jobs { ${'layers { job { '.repeat(10)}name${' } }'.repeat(10)} } }`,
    );
    expect(deeper.errors[0].message).toBe(
      'The fields of this document are nested 22 deep; 15 levels are allowed. Ask in two steps.',
    );
    expect(callsMade()).toBe(0);
  });

  it('with too many objects gets as many as its calls allow, and errors for the others', async () => {
    const { json } = await running().graphql(
      '{ jobs(where: { includeFinished: true }) { name layers { name } depends { id } } }',
    );
    expect(callsMade()).toBe(20);
    expect(json.errors.length).toBeGreaterThan(0);
    expect(json.errors[0]).toMatchObject({
      message: expect.stringContaining('This operation has made 20 calls upstream'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(json.data.jobs.filter(({ layers }: { layers: unknown }) => layers !== null).length).toBeGreaterThan(0);
  });

  it('is explained by how many objects each call served', async () => {
    const headers = { authorization: `Bearer ${running().token}`, 'content-type': 'application/json' };
    const query = '{ hosts { name procs { name } } }';
    const body = JSON.stringify({ query, extensions: { explain: true } });
    const answer = await fetch(`${running().url}/graphql`, { method: 'POST', headers, body });
    const { data, extensions } = (await answer.json()) as {
      data: { hosts: unknown[] };
      extensions: { explain: { fields: Record<string, unknown>[] } };
    };
    expect(extensions.explain.fields).toMatchObject([
      { field: 'hosts', rpc: 'host.HostInterface/GetHosts', calls: 1, objects: 1 },
      { field: 'hosts.procs', rpc: 'host.ProcInterface/GetProcs', calls: 1, objects: data.hosts.length },
    ]);
    expect(extensions.explain.fields.every(({ upstreamMs }) => Number(upstreamMs) > 0)).toBe(true);
  });

  it('is explained on request, and not without', async () => {
    const query = '{ showGetShows { shows { shows { name } } } again: showGetShows { shows { shows { id } } } }';
    const headers = { authorization: `Bearer ${running().token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, extensions: { explain: true } });
    const explained = await fetch(`${running().url}/graphql`, { method: 'POST', headers, body });
    const { extensions } = (await explained.json()) as { extensions: { explain: unknown } };
    const rpc = 'show.ShowInterface/GetShows';
    expect(extensions.explain).toEqual({
      calls: 1,
      fields: [
        expect.objectContaining({ field: 'showGetShows', rpc, calls: 1, objects: 1, shared: 0, queuedMs: 0 }),
        expect.objectContaining({ field: 'again', rpc, calls: 0, objects: 0, repeated: 1, upstreamMs: 0 }),
      ],
    });
    expect((await running().graphql(query)).json.extensions).toBeUndefined();
  });
});
