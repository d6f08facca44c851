import { describe, expect, it } from 'vitest';

import { tableOf } from '../pipeline/validation/single-interceptor.ts';

const mistakesOf = (text: string): readonly string[] => {
  try {
    tableOf(text);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n  - ').slice(1);
  }
};

const kill = 'job.JobInterface/Kill';

describe('the section affinity', () => {
  it('says by what the calls of an RPC stay with one Cuebot; an earlier row wins', () => {
    const { rows } = tableOf(`affinity:
  - { rpcs: job.JobInterface/Kill, by: job.id, why: so }
  - { rpcs: "job.JobInterface/Kill* job.JobInterface/LaunchSpec", why: or so }`);
    const found = rows.flatMap(({ method, affinity }) =>
      affinity === undefined ? [] : `${method.name} ${affinity.by?.map(({ name }) => name).join('.')} ${affinity.why}`,
    );
    expect(found).toEqual(['Kill job.id so', 'KillFrames undefined or so', 'LaunchSpec undefined or so']);
  });

  it.each([
    [
      `affinity: [{ rpcs: job.JobInterface/Kil, why: so }]`,
      `"job.JobInterface/Kil" matches no RPC of the loaded protos; did you mean "${kill}"?`,
    ],
    [`affinity: [{ rpcs: ${kill}, by: job.idd, why: so }]`, 'job.Job has no field "idd"; did you mean "id"? ('],
    [`affinity: [{ rpcs: ${kill}, by: job.state, why: so }]`, '"state" is no string ('],
    [`affinity: [{ rpcs: ${kill}, by: job.id }]`, 'why'],
  ])('refuses %s', (text, problem) => {
    expect(mistakesOf(text)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('the section several-cuebots', () => {
  it('names what a Cuebot is asked', () => {
    const { cuebotChecks } = tableOf(`several-cuebots:
  probe: { rpc: cue.CueInterface/GetSystemStats, why: so }
  database: { rpc: show.ShowInterface/GetShows, list: shows.shows, key: id, why: so }`);
    expect(cuebotChecks.probe?.fullName).toBe('cue.CueInterface/GetSystemStats');
    expect(cuebotChecks.database).toMatchObject({ list: ['shows', 'shows'], key: 'id' });
  });

  it('may be absent', () => expect(tableOf('').cuebotChecks).toEqual({ probe: undefined, database: undefined }));

  it.each([
    ['list: shows.show, key: id', 'show.ShowGetShowsResponse leads to no "show"'],
    ['list: shows.shows, key: ids', 'show.ShowGetShowsResponse leads to no "ids"'],
  ])('refuses %s', (where, problem) => {
    const text = `several-cuebots: { database: { rpc: show.ShowInterface/GetShows, ${where}, why: so } }`;
    expect(mistakesOf(text)).toEqual([expect.stringContaining(problem)]);
  });
});
