import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { DemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { compileLinks } from '../../../src/graphql/links/compile-links.ts';
import { deriveSchema } from '../../../src/graphql/schema/derive-schema.ts';

import {
  type LinkedFarm,
  linkFarm,
  linksSource,
  registry,
  services,
  table,
  total,
  standardBatchLimits,
} from './linked-farm.ts';

let together: LinkedFarm;
let alone: LinkedFarm;

beforeAll(async () => {
  together = await linkFarm({ cuebot: { farm: { jobs: 60, hosts: 60 } } });
  partitionAnotherHost(together.demo);
  alone = await linkFarm({ demo: together.demo, limits: { maxKeys: 0 } });
});

afterAll(async () => {
  await alone.close();
  await together.close();
});

/** The seed has partitions of one host only, for one job. */
function partitionAnotherHost({ farm }: DemoCuebot): void {
  const [partition] = farm.renderPartitions.values();
  const host = [...farm.hosts.values()].find((one) => one !== partition!.host)!;
  const job = [...farm.jobs.values()].find((one) => one !== partition!.job)!;
  farm.renderPartitions.set('partition-2', { ...partition!, id: 'partition-2', host, job });
  farm.touch();
}

const everyJob = 'jobs(where: { includeFinished: true })';

/** A query through each batched link, over everything on the farm that has it; and whether its order is part of the answer. */
const batched: Readonly<Record<string, { readonly query: string; readonly isOrdered: boolean }>> = {
  'Query.job': { query: '', isOrdered: true },
  'Query.host': { query: '', isOrdered: true },
  'Show.jobs': { query: '{ shows { id jobs { id name show } } }', isOrdered: true },
  'Show.procs': { query: '{ shows { id procs { id showName } } }', isOrdered: false },
  'Group.jobs': { query: '{ shows { id groups { id jobs { id name group } } } }', isOrdered: true },
  'Job.procs': { query: `{ ${everyJob} { id procs { id jobName } } }`, isOrdered: false },
  'Layer.job': { query: '', isOrdered: true },
  'Layer.frames': {
    query: `{ ${everyJob} { id layers { id frames(limit: 7, page: 2) { id number state layerName } } } }`,
    isOrdered: true,
  },
  'Frame.job': { query: '', isOrdered: true },
  'Frame.host': {
    query: `{ ${everyJob} { id frames { id lastResource host { id name allocName } } } }`,
    isOrdered: true,
  },
  'Host.procs': { query: '{ hosts { id procs { id name jobName frameName } } }', isOrdered: false },
  'Proc.host': { query: '{ procs { id name host { id name state } } }', isOrdered: true },
  'Proc.job': { query: '{ procs { id jobName job { id name state } } }', isOrdered: true },
  'Depend.erJob': { query: `{ ${everyJob} { id depends { id erJob { id name } } } }`, isOrdered: true },
  'Depend.onJob': { query: `{ ${everyJob} { id depends { id onJob { id name } } } }`, isOrdered: true },
  'Allocation.hosts': { query: '{ allocations { id hosts { id name allocName } } }', isOrdered: false },
  'Deed.hostDetails': { query: '{ shows { id deeds { id host hostDetails { id name } } } }', isOrdered: true },
  'RenderPartition.hostDetails': {
    query: '{ hosts { id renderPartitions { id host hostDetails { id name } } } }',
    isOrdered: true,
  },
  'RenderPartition.jobDetails': {
    query: '{ hosts { id renderPartitions { id job jobDetails { id name } } } }',
    isOrdered: true,
  },
};

/** Those whose parents take two steps to reach, e.g. by their ids. */
async function writeQuery(link: string): Promise<string> {
  const { data } = await alone.ask(`{ ${everyJob} { id layers { id } } hosts { id name } }`);
  const aliases = (texts: readonly string[]) => `{ ${texts.map((text, index) => `_${index}: ${text}`).join(' ')} }`;
  const jobs: { id: string; layers: { id: string }[] }[] = data.jobs;
  const layers = jobs.flatMap((job) => job.layers).slice(0, 60);
  switch (link) {
    case 'Query.job':
      return aliases([...jobs, { id: 'nobody' }].map(({ id }) => `job(id: "${id}") { id name state }`));
    case 'Query.host':
      return aliases(
        data.hosts.flatMap(({ id, name }: { id: string; name: string }) => [
          `host(id: "${id}") { id name }`,
          `host(name: "${name}") { id name }`,
          `host(name: "no-${name}") { id name }`,
        ]),
      );
    case 'Layer.job':
      return aliases(layers.map(({ id }) => `layer(id: "${id}") { id job { id name state } }`));
    case 'Frame.job':
      return aliases(layers.map(({ id }) => `layer(id: "${id}") { id frames(limit: 2) { id job { id name } } }`));
    default:
      return batched[link]!.query;
  }
}

describe('a batched link', () => {
  it('is on the list of this test', () => {
    const links = compileLinks({
      registry,
      table,
      services,
      source: linksSource,
      mustMatch: true,
      limits: standardBatchLimits,
    });
    const schema = deriveSchema({ registry, table, services, extensions: [links] });
    const found = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
      .filter(({ field }) => field.description?.includes('; for several at once `'))
      // They ask as the lists that they count.
      .filter(({ field }) => !field.name.endsWith('Total'))
      .map(({ type, field }) => `${type.name}.${field.name}`);
    expect(Object.keys(batched).sort()).toEqual(found.sort());
  });

  it.each(Object.keys(batched))('%s answers as the RPC of each parent does, by fewer calls', async (link) => {
    const query = await writeQuery(link);
    const one = await together.ask(query);
    const other = await alone.ask(query);
    expect([one.errors, other.errors]).toEqual([undefined, undefined]);
    const { isOrdered } = batched[link]!;
    expect(isOrdered ? one.data : sortLists(one.data)).toEqual(isOrdered ? other.data : sortLists(other.data));
    expect(total(one)).toBeLessThan(total(other));
  });

  it.each(Object.keys(batched))('%s never asks for everything by a list without a key', async (link) => {
    const query = await writeQuery(link);
    await together.ask(query);
    const searches = together.demo.callLog.filter(({ method }) =>
      /Interface\/Get(?:Jobs|Hosts|Procs|Frames)$/.test(method),
    );
    const unrestricted = searches.filter(({ request }) => !textsOf(request).some((text) => text !== ''));
    // The root of the query asks for everything on purpose.
    expect(unrestricted.length).toBe(/^\{ (?:jobs|hosts|procs)/.test(query) ? 1 : 0);
  });
});

/** Lists whose order means nothing, made comparable. */
function sortLists(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sortLists).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sortLists(inner)]));
}

/** Every text in a message, wherever it stands. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
