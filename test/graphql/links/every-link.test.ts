import { getNamedType, type GraphQLObjectType, isLeafType, isNonNullType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compileLinks } from '../../../src/graphql/links/compile-links.ts';
import { parseLinks } from '../../../src/graphql/links/parse-links.ts';
import { deriveSchema } from '../../../src/graphql/schema/derive-schema.ts';

import {
  type LinkedFarm,
  linkFarm,
  linksSource,
  registry,
  services,
  table,
  standardBatchLimits,
} from './linked-farm.ts';

const links = compileLinks({
  registry,
  table,
  services,
  source: linksSource,
  mustMatch: true,
  limits: standardBatchLimits,
});
const schema = deriveSchema({ registry, table, services, extensions: [links] });
const added = new Map<string, string[]>();
for (const { typeName, node } of parseLinks(linksSource).fields) {
  added.set(typeName, [...(added.get(typeName) ?? []), node.name.value]);
}

let farm: LinkedFarm;

beforeAll(async () => {
  farm = await linkFarm();
});

afterAll(() => farm.close());

/** How to reach every object of a type on the demo farm. */
const ways: Readonly<Record<string, (fields: string) => string>> = {
  Show: (fields) => `{ shows { ${fields} } }`,
  Group: (fields) => `{ shows { groups { ${fields} } rootGroup { groups { ${fields} } } } }`,
  Job: (fields) => `{ jobs(where: { includeFinished: true }) { ${fields} } }`,
  JobStats: (fields) => `{ jobs { jobStats { ${fields} } } }`,
  Layer: (fields) => `{ jobs { layers { ${fields} } } }`,
  LayerStats: (fields) => `{ jobs { layers { layerStats { ${fields} } } } }`,
  Frame: (fields) => `{ jobs { layers { frames(limit: 3) { ${fields} } } } procs { frame { ${fields} } } }`,
  Host: (fields) => `{ hosts { ${fields} } }`,
  Proc: (fields) => `{ procs { ${fields} } }`,
  Comment: (fields) => `{ jobs { comments { ${fields} } } hosts { comments { ${fields} } } }`,
  Depend: (fields) => `{ jobs { depends { ${fields} } } }`,
  Allocation: (fields) => `{ allocations { ${fields} } }`,
  SubscriptionSubscription: (fields) => `{ shows { subscriptions { ${fields} } } }`,
  Filter: (fields) => `{ shows { filters { ${fields} } } }`,
  Matcher: (fields) => `{ shows { filters { matchers { ${fields} } } } }`,
  Action: (fields) => `{ shows { filters { actions { ${fields} } } } }`,
  Owner: (fields) => `{ hosts { owner { ${fields} } } }`,
  Deed: (fields) => `{ shows { deeds { ${fields} } } }`,
  RenderPartition: (fields) => `{ hosts { renderPartitions { ${fields} } } }`,
  Department: (fields) => `{ shows { departments { ${fields} } } }`,
  Task: (fields) => `{ shows { departments { tasks { ${fields} } } } }`,
  Service: (fields) => `{ services { ${fields} } }`,
  Limit: (fields) => `{ limits { ${fields} } }`,
};

/** Arguments of the fields that ask for some. */
const args: Readonly<Record<string, string>> = {
  'Show.filter': '(name: "nothing of that name")',
  'Show.department': '(name: "Unknown")',
  'Show.serviceOverride': '(name: "nothing of that name")',
};

function select(type: GraphQLObjectType, name: string): string {
  const field = type.getFields()[name]!;
  const inner = getNamedType(field.type);
  const given = args[`${type.name}.${name}`] ?? '';
  if (!isObjectType(inner)) return `${name}${given}`;
  const plain = Object.values(inner.getFields()).filter(
    ({ type: of, args: asks }) => isLeafType(getNamedType(of)) && !asks.some((ask) => isNonNullType(ask.type)),
  );
  const own = new Set(added.get(inner.name) ?? []);
  return `${name}${given} { ${plain
    .map((one) => one.name)
    .filter((one) => !own.has(one))
    .join(' ')} }`;
}

describe('the nested graph of OpenCue', () => {
  it('has a way to every type that it adds to', () => {
    expect(Object.keys(ways).sort()).toEqual([...added.keys()].filter((name) => name !== 'Query').sort());
  });

  it.each(Object.keys(ways))('answers every field that it adds to %s', async (typeName) => {
    const type = schema.getType(typeName) as GraphQLObjectType;
    const query = ways[typeName]!(
      added
        .get(typeName)!
        .map((name) => select(type, name))
        .join(' '),
    );
    const { data, errors } = await farm.ask(query);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data).length).toBeGreaterThan(50);
  });

  it.each([
    ['shows(active: true) { name active }', 'shows'],
    ['show(name: "demo") { name }', 'show'],
    ['allocations { name }', 'allocations'],
    ['limits { name }', 'limits'],
    ['services { name }', 'services'],
    ['departmentNames', 'departmentNames'],
    ['systemStats { manageWaiting }', 'systemStats'],
    ['owner(name: "ann") { name showDetails { name } }', 'owner'],
    ['facility(name: "local") { name }', 'facility'],
    ['allocation(name: "local.general") { name }', 'allocation'],
    ['service(name: "shell") { name }', 'service'],
    ['procs(limit: 2) { id }', 'procs'],
  ])('has the root %s', async (field, name) => {
    const { data, errors } = await farm.ask(`{ ${field} }`);
    expect(errors).toBeUndefined();
    expect(data[name]).toBeTruthy();
  });
});
