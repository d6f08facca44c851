import { readFileSync } from 'node:fs';

import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

import { type FarmAnswer, readFarm } from '../../src/farm-page/page/farm-data.ts';

import { startGateway } from '../app/running-gateway.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const operations = (name: string) => read(`src/farm-page/page/operations/${name}.graphql`);

describe('the operations of the farm’s page', () => {
  const schema = buildSchema(read('schema/schema.graphql'));
  it.each(['farm', 'details', 'changes'])('fit the schema: %s', (name) => {
    expect(validate(schema, parse(operations(name))).map(({ message }) => message)).toEqual([]);
  });

  it.each([
    { shows: 4, hosts: 40, jobs: 20 },
    { shows: 60, hosts: 120, jobs: 150 },
  ])('look at a farm of %j by as few calls as at any other', async (farm) => {
    const gateway = await startGateway({ cuebot: { farm } });
    try {
      // As a query: the same fields by the same calls, and the answer tells how many those were.
      const query = operations('farm')
        .replace('subscription Farm($everyMs: Int, ', 'query Farm(')
        .replace('(everyMs: $everyMs)', '');
      const body = (variables: object) => ({
        query,
        operationName: 'Farm',
        variables,
        extensions: { explain: true },
      });
      const ask = async (variables: object) => {
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body(variables)),
        });
        return (await response.json()) as {
          errors?: unknown;
          data: FarmAnswer;
          extensions: { explain: { calls: number } };
        };
      };
      const whole = await ask({ jobsOfShow: null, procs: true });
      expect(whole.errors).toBeUndefined();
      // Allocations, their hosts, what runs there, shows, jobs; and the shares of each of the six allocations.
      expect(whole.extensions.explain.calls).toBe(11);
      const { shows, jobs, allocations } = readFarm(whole.data)!;
      expect(shows.length).toBe(farm.shows - 1);
      expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
      expect(allocations.flatMap(({ hosts }) => hosts).length).toBe(farm.hosts);

      // As for a large farm: without what runs on each host, and with the busiest jobs of each show.
      const thin = await ask({ jobsOfShow: 1, procs: false });
      expect(thin.extensions.explain.calls).toBe(10);
      const busiest = readFarm(thin.data)!.jobs;
      expect(busiest.length).toBe(new Set(jobs.map(({ show }) => show)).size);
      for (const { show, jobStats } of busiest) {
        const others = jobs.filter((job) => job.show === show).map((job) => job.jobStats.runningFrames);
        expect(jobStats.runningFrames).toBe(Math.max(...others));
      }
    } finally {
      await gateway.close();
    }
  });
});
