import { type DocumentNode, type FormattedExecutionResult, type GraphQLFormattedError, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

import { neverAborted } from '../../../src/call/call-signal.ts';
import type { Call } from '../../../src/call/call.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';
import {
  createExecutor,
  type ExecutionCounters,
  type ExecutorName,
  replyFormOf,
} from '../../../src/graphql/execution/create-executor.ts';
import { standardAnswerLimits } from '../../../src/graphql/execution/answer-limits.ts';
import type { Execute } from '../../../src/graphql/execution/reference-executor.ts';
import { createOperation } from '../../../src/graphql/execution/create-operation.ts';
import type { GraphqlContext } from '../../../src/graphql/execution/graphql-context.ts';
import { stringifyResult } from '../../../src/graphql/execution/json-data.ts';
import { compileLinks } from '../../../src/graphql/links/compile-links.ts';
import { deriveSchema } from '../../../src/graphql/schema/derive-schema.ts';
import type { Registry, ServiceDescriptor } from '../../../src/registry/descriptors.ts';
import type { RpcTable } from '../../../src/rpc-table/rpc-table.ts';

import { identityOf } from '../../authentication/identity.ts';
import { bookshop, bookshopTable, servicesOf } from '../bookshop/bookshop.ts';
import * as farm from '../links/linked-farm.ts';
import { Random, seedOf } from './random/random.ts';
import { type OperationSize, randomOperation } from './random/random-operation.ts';
import { type Fixed, randomWire, type WireSize } from './random/random-wire.ts';

/** Runs go on from here; a failing one prints its number, and `EXECUTORS_SEED=<number>` begins with it. */
const firstSeed = Number(process.env['EXECUTORS_SEED'] ?? 1);
const scale = Number(process.env['EXECUTORS_SCALE'] ?? 1);

const ListBooks = 'bookshop.catalog.BookInterface/ListBooks';
const GetBook = 'bookshop.catalog.BookInterface/GetBook';
const shopLinks = `
enum BookOrderField @order(message: "bookshop.catalog.Book") {
  TITLE @by(path: "titleText")
  GENRE @by(path: "genre")
  SOLD @by(path: "copiesSold")
  PUBLISHED @by(field: "publishedAt")
  UID @by(path: "uid")
}
extend type Query {
  books(genres: [Genre!]): [BookshopCatalogBook!] @list(orderBy: BookOrderField) @rpc(method: "${ListBooks}", with: { genres: "$args.genres" }, take: "books")
}
extend type BookshopCatalogBook {
  alike: [BookshopCatalogBook!]
    @list(orderBy: BookOrderField)
    @rpc(method: "${ListBooks}", with: { genres: ["$.genre"] }, take: "books", owns: true,
      batch: { into: "genres", key: "$.genre", match: "genre" })
  fresh: BookshopCatalogBook @rpc(method: "${GetBook}", with: { id: "$.id" }, take: "book", nullOn: NOT_FOUND)
  checked: BookshopCatalogBook
    @rpc(method: "${GetBook}", with: { id: "$.id" }, take: "book", verify: { id: "$.id" }, nullOn: NOT_FOUND)
  mate: BookshopCatalogBook
    @rpc(method: "${ListBooks}", take: "books", pick: { titleText: "$.color lower" }, prefer: ["genre is CRIME", "copiesSold"])
  seenFrom: BookshopCatalogBook @reached
  publishedAt: DateTime @convert(from: "copiesSold", by: EPOCH_SECONDS)
  minutes: Int! @convert(from: "uid", by: MINUTES)
  words: [String!]! @convert(from: "keywords", by: TEXTS)
}
`;

interface World {
  readonly name: string;
  readonly registry: Registry;
  readonly table: RpcTable;
  readonly services: readonly ServiceDescriptor[];
  readonly links: { readonly fileName: string; readonly text: string };
  readonly operations: number;
  readonly operationSize: OperationSize;
  readonly wireSize: WireSize;
  readonly fixed: Fixed;
}

const worlds: readonly World[] = [
  {
    name: 'a bookshop with a field of every type',
    registry: bookshop,
    table: bookshopTable,
    services: servicesOf('bookshop.catalog'),
    links: { fileName: 'shop.graphql', text: shopLinks },
    operations: 4_000,
    operationSize: { depth: 4, fields: 4 },
    wireSize: { depth: 2, list: 2 },
    // So that some rows are what was asked for.
    fixed: { 'bookshop.catalog.Book.id': (random) => Buffer.from(random.pick(['1', '2'])) },
  },
  {
    name: 'a farm with the whole nested graph',
    registry: farm.registry,
    table: farm.table,
    services: farm.services,
    links: farm.linksSource,
    operations: 1_200,
    operationSize: { depth: 4, fields: 4 },
    wireSize: { depth: 4, list: 2 },
    fixed: {},
  },
];

interface Candidate {
  readonly execute: Execute;
  readonly schema: ReturnType<typeof deriveSchema>;
}

function prepare(name: ExecutorName, world: World, counters?: ExecutionCounters): Candidate {
  const { registry, table, services } = world;
  const replyForm = replyFormOf(name);
  const limits = { maxKeys: 500, maxCutRows: 2_000 };
  const links = compileLinks({ registry, table, services, source: world.links, mustMatch: true, limits, replyForm });
  const schema = deriveSchema({ registry, table, services, extensions: [links], replyForm });
  const execute = createExecutor(name, { registry, ...standardAnswerLimits, ...(counters && { counters }) });
  return { execute, schema };
}

const failures = ['NOT_FOUND', 'UNAVAILABLE', 'INTERNAL', 'PERMISSION_DENIED'] as const;

/**
 * Answers the same call always alike; every eighth fails. The same: the keys of a batch come in the order in which an executor
 * meets its parents, which is its own, so the bytes count whatever their order.
 */
function answerBy(world: World, seed: number, calls: string[]) {
  return async (call: Call) => {
    const key = `${call.method.fullName} ${Buffer.from(call.request.toSorted()).toString('latin1')}`;
    calls.push(key);
    const random = new Random(seedOf(key, seed));
    if (random.chance(0.12)) throw new GatewayError(random.pick(failures), 'it failed', { origin: 'upstream' });
    const message = randomWire(call.method.output, random, world.wireSize, world.fixed);
    return { message, header: [], trailer: [] };
  };
}

interface Outcome {
  readonly text: string;
  readonly calls: readonly string[];
}

async function run(
  candidate: Candidate,
  world: World,
  seed: number,
  document: DocumentNode,
  variables: object,
): Promise<Outcome> {
  const calls: string[] = [];
  const contextValue: GraphqlContext = {
    identity: identityOf('test'),
    signal: neverAborted,
    requestId: 'r-1',
    operation: createOperation({ invoke: answerBy(world, seed, calls), table: world.table, maxCalls: 10_000 }),
    unknownEnumValues: [],
    truncated: [],
    unsupported: [],
  };
  const { execute, schema } = candidate;
  const result = await execute({ schema, document, contextValue, variableValues: variables as never });
  const text = 'stringify' in result ? `${stringifyResult(result)}` : JSON.stringify(result);
  const { data, errors = [], extensions } = JSON.parse(text) as FormattedExecutionResult;
  const sorted = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
  const told = new Set(sorted(errors.map((error) => comparable(error, data))));
  const parts = [
    data,
    [...told],
    extensions ?? {},
    sorted(contextValue.unknownEnumValues),
    sorted(contextValue.truncated),
  ];
  return { text: JSON.stringify(parts, null, 1), calls: calls.sort() };
}

/**
 * Where null in a non-null place takes what is around it with it, several fields may have failed below. Which of them are
 * told depends on who was first: https://spec.graphql.org/October2021/#sec-Handling-Field-Errors.
 */
function comparable(error: GraphQLFormattedError, data: unknown): unknown {
  const { path = [] } = error;
  let at = data;
  for (const [depth, step] of path.entries()) {
    if (at === null) return { tookWithIt: path.slice(0, depth) };
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return error;
}

describe('both executors', () => {
  it.each(worlds)('answer random operations on $name alike, by the same calls', { timeout: 600_000 }, async (world) => {
    const counters = { planned: 0, uncovered: 0, repeated: 0 };
    const reference = prepare('reference', world);
    const compiled = prepare('compiled', world, counters);
    let valid = 0;
    for (let seed = firstSeed; valid < world.operations * scale; seed += 1) {
      const { query, variables } = randomOperation(reference.schema, new Random(seed), world.operationSize);
      const document = parse(query);
      if (validate(reference.schema, document).length > 0) continue;
      valid += 1;
      const expected = await run(reference, world, seed, document, variables);
      const { repeated } = counters;
      const found = await run(compiled, world, seed, document, variables);
      const about = `EXECUTORS_SEED=${seed}\n${query}\n${JSON.stringify(variables)}`;
      expect(found.text, about).toBe(expected.text);
      // Where a field that must not be null fails, graphql-js gives its neighbours up, called or not.
      if (counters.repeated === repeated) expect(new Set(found.calls), about).toEqual(new Set(expected.calls));
    }
    // Of operations that cannot be planned, or are executed twice, there are few.
    expect(counters.planned).toBeGreaterThan(valid * 0.8);
  });
});
