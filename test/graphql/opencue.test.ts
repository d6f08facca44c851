import {
  getNamedType,
  type GraphQLFieldMap,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isObjectType,
  validateSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { neverAborted } from '../../src/call/call-signal.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createDemoCuebot, type DemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { createOperation } from '../../src/graphql/execution/create-operation.ts';
import { deriveNames } from '../../src/graphql/schema/derive-names.ts';
import { deriveSchema } from '../../src/graphql/schema/derive-schema.ts';
import type { GraphqlContext } from '../../src/graphql/execution/graphql-context.ts';
import type { MethodDescriptor } from '../../src/registry/descriptors.ts';
import type { Invoke } from '../../src/call/call.ts';
import { limitCalls } from '../../src/pipeline/limit-calls.ts';
import { takeSnapshot } from '../../src/app/snapshot.ts';
import { createUpstream, type Upstream } from '../../src/upstream/create-upstream.ts';

import { type CuebotClient, createCuebotClient } from '../demo/cuebot-client.ts';
import type { Json } from '../json.ts';
import { identityOf } from '../authentication/identity.ts';
import { pipe } from '../pipeline/calls.ts';
import { replyForm, runGraphql } from './executor.ts';

const config = parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', AUTH: 'none' }, flags: {} });
const { registry, table, graphqlServices: services } = await takeSnapshot(config);
const names = deriveNames(registry);
const methods = services.flatMap((service) => service.methods);

let demo: DemoCuebot;
let client: CuebotClient;
let upstream: Upstream;
let invoke: Invoke;
let schema: ReturnType<typeof deriveSchema>;

beforeAll(async () => {
  demo = await createDemoCuebot({ now: () => Date.UTC(2026, 0, 31) });
  client = createCuebotClient(demo.endpoint);
  upstream = createUpstream({ endpoint: demo.endpoint, maxReceiveBytes: 2 ** 28 });
  // One RPC of a real Cuebot, and so of the demo, sometimes does not answer at all.
  invoke = pipe(table, [limitCalls({ maxRequestBytes: 2 ** 28, timeoutMs: 1_000 })], upstream.invoke);
  schema = deriveSchema({ registry, table, services, extensions: [], replyForm });
});

afterAll(async () => {
  client.close();
  upstream.close();
  await demo.close();
});

/** The arguments that must be there, each about nothing. */
function emptyKeys(method: MethodDescriptor): string {
  const keys = table.factsOf(method).keys.map(({ field, key }) => `${names.field(field)}: { ${key.jsonName}: "" }`);
  return keys.length === 0 ? '' : `(${keys.join(', ')})`;
}

/** Asks for every field of an RPC's answer, down to where a type would repeat itself. */
async function askForEverything(method: MethodDescriptor, args = emptyKeys(method)) {
  const operation = table.factsOf(method).kind === 'read' ? 'query' : 'mutation';
  const name = names.rootField(method);
  const root = (operation === 'query' ? schema.getQueryType() : schema.getMutationType()) as GraphQLObjectType;
  const contextValue: GraphqlContext = {
    identity: identityOf('test'),
    signal: neverAborted,
    requestId: 'r-1',
    operation: createOperation({ invoke, table, maxCalls: 1 }),
    unknownEnumValues: [],
    truncated: [],
    unsupported: [],
  };
  const source = `${operation} { ${name}${args} ${selectAll(getNamedType(root.getFields()[name]!.type), [])} }`;
  const { data, errors = [] } = await runGraphql({ registry, schema, source, contextValue });
  return { answer: data?.[name] as Json, errors, unknown: contextValue.unknownEnumValues };
}

function selectAll(type: GraphQLNamedType, above: readonly GraphQLNamedType[]): string {
  if (!isObjectType(type)) return '';
  const fields: GraphQLFieldMap<unknown, unknown> = type.getFields();
  const selected = Object.values(fields)
    .map((field) => [field.name, getNamedType(field.type)] as const)
    .filter(([, of]) => !above.includes(of) && of !== type)
    .map(([name, of]) => `${name} ${selectAll(of, [...above, type])}`);
  return selected.length === 0 ? '{ __typename }' : `{ ${selected.join(' ')} }`;
}

/** Where GraphQL's answer and protobufjs' reading of the same reply differ; fields that were not asked for do not count. */
function differences(answer: Json, reply: Json, path: string): string[] {
  if (Array.isArray(answer)) {
    if (answer.length !== reply?.length) return [`${path}: ${answer.length} instead of ${reply?.length} elements`];
    return answer.flatMap((element, index) => differences(element, reply[index], `${path}[${index}]`));
  }
  if (typeof answer === 'object' && answer !== null) {
    const fields = Object.entries(answer).filter(([name]) => name !== '__typename' && name !== 'ok');
    return fields.flatMap(([name, value]) => differences(value, reply?.[name], `${path}.${name}`));
  }
  // protobufjs widens floats to their double; the gateway says what was meant.
  const isSame = typeof answer === 'number' ? Math.fround(answer) === Math.fround(reply) : answer === (reply ?? null);
  return isSame ? [] : [`${path}: ${JSON.stringify(answer)} instead of ${JSON.stringify(reply)}`];
}

describe('the schema of OpenCue', () => {
  it('is valid', () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it('has the 25 services of Cuebot but the one that render hosts use', () => {
    expect(services).toHaveLength(24);
    expect(services.map(({ fullName }) => fullName)).not.toContain('report.RqdReportInterface');
  });

  it('needs a package in front of one name only, which GraphQL keeps for itself', () => {
    const renamed = [...registry.messages.values()].filter((message) => names.outputType(message) !== message.name);
    expect(renamed.map((message) => [message.fullName, names.outputType(message), names.inputType(message)])).toEqual([
      ['subscription.Subscription', 'SubscriptionSubscription', 'SubscriptionInput'],
    ]);
  });

  it.each(methods.map((method) => [method.fullName, method] as const))(
    'calls %s and gives its answer or its error',
    async (fullName, method) => {
      const before = demo.calls.get(fullName) ?? 0;
      const { answer, errors, unknown } = await askForEverything(method);
      expect(demo.calls.get(fullName)).toBe(before + 1);
      expect(unknown).toEqual([]);
      if (errors.length > 0) {
        expect(answer).toBe(null);
        expect(errors[0]?.extensions).toMatchObject({ code: expect.any(String), requestId: 'r-1' });
        expect(errors[0]?.message).not.toMatch(/exception|SQL|127\.0\.0\.1|internal error/i);
      } else if (table.factsOf(method).kind === 'read') {
        expect(differences(answer, await client.get(fullName), fullName)).toEqual([]);
      } else {
        expect(answer).not.toBe(null);
      }
    },
  );

  it.each([
    ['job.JobInterface/GetJobs', (reply: Json) => reply.jobs.jobs[0].id],
    ['host.HostInterface/GetHosts', (reply: Json) => reply.hosts.hosts[0].id],
    ['show.ShowInterface/GetShows', (reply: Json) => reply.shows.shows[0].id],
  ])('answers %s with what is really there', async (fullName, pick) => {
    const { answer } = await askForEverything(registry.methods.get(fullName)!);
    expect(pick(answer)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('an entity as argument', () => {
  it('is its key alone, and must be there', () => {
    const print = (root: GraphQLObjectType, name: string) =>
      root
        .getFields()
        [name]!.args.map(({ name, type }) => `${name}: ${type}`)
        .join(', ');
    const [query, mutation] = [schema.getQueryType()!, schema.getMutationType()!];
    expect(print(query, 'jobGetLayers')).toBe('job: JobKeyInput!');
    expect(print(mutation, 'frameCreateDependencyOnFrame')).toBe(
      'frame: FrameKeyInput!, dependOnFrame: FrameKeyInput!',
    );
    expect(print(mutation, 'facilityRename')).toBe('facility: FacilityKeyInput!, newName: String');
    expect(print(mutation, 'groupReparentJobs')).toBe('group: GroupKeyInput!, jobs: JobSeqInput');
    const fieldsOf = (name: string) =>
      Object.values((schema.getType(name) as GraphQLInputObjectType).getFields()).map(
        ({ name, type }) => `${name}: ${type}`,
      );
    expect(fieldsOf('JobKeyInput')).toEqual(['id: ID!']);
    expect(fieldsOf('FacilityKeyInput')).toEqual(['name: String!']);
    expect(fieldsOf('JobSeqInput')).toEqual(['jobs: [JobKeyInput!]']);
  });

  it('stays whole where the RPC reads more of it, and optional where it is deprecated', () => {
    const types = (name: string) =>
      schema
        .getMutationType()!
        .getFields()
        [name]!.args.map(({ type }) => String(type));
    expect(types('actionCommit')).toEqual(['ActionInput']);
    expect(types('allocationSetTag')).toEqual(['AllocationInput', 'String']);
    expect(types('serviceUpdate')).toEqual(['ServiceInput']);
    expect(types('taskDelete')).toEqual(['TaskInput']);
    expect(types('layerSetMinGpu')[0]).toBe('LayerKeyInput');
  });

  it.each([
    ['job.JobInterface/GetLayers', 'job'],
    ['job.JobInterface/GetFrames', 'job'],
    ['job.JobInterface/GetComments', 'job'],
    ['show.ShowInterface/GetRootGroup', 'show'],
    ['show.ShowInterface/GetSubscriptions', 'show'],
    ['show.ShowInterface/GetFilters', 'show'],
    ['host.HostInterface/GetProcs', 'host'],
  ])('%s of a %s answers as the RPC does', async (fullName, entity) => {
    const ids: Json = {
      job: (await client.get('job.JobInterface/GetJobs')).jobs.jobs[0].id,
      show: (await client.get('show.ShowInterface/GetShows')).shows.shows[0].id,
      host: (await client.get('host.HostInterface/GetHosts')).hosts.hosts[0].id,
    };
    const id = ids[entity];
    const reply = await client.get(fullName, { [entity]: { id } });
    const { answer } = await askForEverything(registry.methods.get(fullName)!, `(${entity}: { id: "${id}" })`);
    expect(differences(answer, reply, fullName)).toEqual([]);
  });
});
