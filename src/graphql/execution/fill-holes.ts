import { getArgumentValues, type GraphQLResolveInfo, type ResponsePath } from 'graphql';

import { isWindow } from '../../codec/value/message-window.ts';
import { WireError } from '../../codec/wire/wire-error.ts';

import type { ValueCount } from './answer-limits.ts';
import type { GraphqlContext } from './graphql-context.ts';
import { Failure, type Filled, type Filling, Irregular, type MemberPlan, type ObjectPlan } from './plan.ts';

/** How many rows are looked at before the clock is. */
const rowsPerLook = 32;

/**
 * Fills the holes of objects of one plan: all of them together, level by level, so that links can fetch for many parents at
 * once. Fields that fail leave a Failure. Rejects with Irregular.
 *
 * @param root where in the answer this began: the way to the root field
 */
export async function fillHoles(
  plan: ObjectPlan,
  objects: readonly Filled[],
  filling: Filling,
  root: ResponsePath | undefined,
): Promise<void> {
  const fillOne = (hole: number): Promise<void> | undefined => {
    const member = plan.members[plan.holes[hole]!]!;
    if (member.kind === 'resolved') return fillResolved(member, hole, objects, filling, root);
    if (member.kind === 'nested') return fillNested(member, hole, objects, filling, root);
    return undefined;
  };
  const isSerial = plan === filling.plan.root && filling.plan.operation.operation === 'mutation';
  if (isSerial) {
    for (let hole = 0; hole < plan.holes.length; hole += 1) await fillOne(hole);
    return;
  }
  await waitForAll(plan.holes.map((_, hole) => fillOne(hole)));
}

/** As Promise.all, but everything has ended before it rejects: nobody else may be left at work. */
async function waitForAll(all: readonly (Promise<void> | undefined)[]): Promise<void> {
  const settled = await Promise.allSettled(all);
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

type Nested = Extract<MemberPlan, { readonly kind: 'nested' }>;
type Resolved = Extract<MemberPlan, { readonly kind: 'resolved' }>;

async function fillNested(
  member: Nested,
  hole: number,
  objects: readonly Filled[],
  filling: Filling,
  root: ResponsePath | undefined,
): Promise<void> {
  const below = new Map<unknown, Filled>();
  for (const [index, object] of objects.entries()) {
    if (index % rowsPerLook === 0 && filling.slices.isOver()) await pause(filling);
    const value = readProperty(object.source!, member.jsonName);
    object.values[hole] = complete(member, value, below, filling.count);
  }
  if (below.size > 0) await fillHoles(member.inner, [...below.values()], filling, root);
}

function readProperty(source: object, name: string): unknown {
  try {
    return (source as Readonly<Record<string, unknown>>)[name];
  } catch (error) {
    throw error instanceof WireError ? new Irregular(error.message, true) : error;
  }
}

async function fillResolved(
  member: Resolved,
  hole: number,
  objects: readonly Filled[],
  filling: Filling,
  root: ResponsePath | undefined,
): Promise<void> {
  const path = root ?? { prev: undefined, key: member.key, typename: member.parentType.name };
  const values = await resolveAll(member, hole, objects, filling, path);
  const below = new Map<unknown, Filled>();
  for (const [index, object] of objects.entries()) {
    if (index % rowsPerLook === 0 && filling.slices.isOver()) await pause(filling);
    object.values[hole] = complete(member, values[index], below, filling.count);
  }
  if (below.size > 0) await fillHoles(member.inner!, [...below.values()], filling, path);
}

/** Resolves a field of many objects. Answers a Failure for each that failed. */
async function resolveAll(
  member: Resolved,
  hole: number,
  objects: readonly Filled[],
  filling: Filling,
  path: ResponsePath,
): Promise<readonly unknown[]> {
  const { field } = member;
  const { variables, slices } = filling;
  // Links tell of cut lists by path; here that ends in the object's number, from which its place is found when it is written.
  const context: GraphqlContext = { ...filling.context, truncated: [] };
  const args = member.args ?? readArguments(member, variables);
  const info = infoOf(member, path, filling);
  const tellsIndex = member.isList && member.inner !== undefined;
  const values: unknown[] = [];
  let isPending = false;
  for (const [index, { source }] of objects.entries()) {
    if (index % rowsPerLook === 0 && slices.isOver()) await pause(filling);
    try {
      const about = tellsIndex ? { ...info, path: { prev: path, key: index, typename: undefined } } : info;
      let value = field.resolve!(source, args, context, about);
      if (value instanceof Promise) {
        isPending = true;
        value = value.catch((error: unknown) => new Failure(error));
      }
      values.push(value);
    } catch (error) {
      values.push(new Failure(error));
    }
  }
  if (!isPending) return values;
  const settled = await Promise.all(values);
  slices.restart();
  for (const { path: steps, ...truncated } of context.truncated) {
    const object = objects[steps.at(-1) as number]!;
    const known = filling.truncated.get(object) ?? new Map<number, typeof truncated>();
    filling.truncated.set(object, known.set(hole, truncated));
  }
  return settled;
}

/** Lets others go on; links wait meanwhile, since more parents are to come. */
async function pause({ slices, context: { operation } }: Filling): Promise<void> {
  const end = operation.collect();
  await slices.pause();
  end();
}

/** What is wrong with arguments is the reference executor's to tell. */
function readArguments({ field, nodes }: Resolved, variables: Readonly<Record<string, unknown>>) {
  try {
    return getArgumentValues(field, nodes[0]!, variables);
  } catch (error) {
    throw new Irregular((error as Error).message);
  }
}

/** As graphql-js tells resolvers, but for the path: it ends at the root field. Where an object stands is not known yet. */
function infoOf(
  { field, nodes, parentType }: Resolved,
  path: ResponsePath,
  { args, plan: { operation, fragments }, variables }: Filling,
): GraphQLResolveInfo {
  return {
    fieldName: field.name,
    fieldNodes: nodes,
    returnType: field.type,
    parentType,
    path,
    schema: args.schema,
    fragments,
    rootValue: args.rootValue,
    operation,
    variableValues: variables,
  };
}

/**
 * What is written for a value later on; objects that have holes themselves are collected in `below`. One object is filled
 * once, wherever it stands.
 */
function complete(member: Nested | Resolved, value: unknown, below: Map<unknown, Filled>, count: ValueCount): unknown {
  count.add(Array.isArray(value) ? value.length + 1 : 1);
  if (value instanceof Failure) {
    if (value.error instanceof WireError) throw new Irregular(value.error.message, true);
    if (member.isNonNull) throw new Irregular('a field that must not be null failed');
    return value;
  }
  if (value === null || value === undefined) {
    if (member.isNonNull) throw new Irregular('null in a non-null place');
    return null;
  }
  const { inner } = member;
  if (!member.isList) return inner === undefined ? value : prepare(inner, value, below);
  if (!Array.isArray(value)) throw new Irregular('a list that is none');
  return value.map((element: unknown) => {
    if (element === null || element === undefined) {
      if (member.areElementsNonNull) throw new Irregular('null in a list without nulls');
      return null;
    }
    return inner === undefined ? element : prepare(inner, element, below);
  });
}

function prepare(plan: ObjectPlan, source: unknown, below: Map<unknown, Filled>): unknown {
  if (!isWindow(source)) throw new Irregular('an object that is not on the wire');
  if (plan.holes.length === 0) return source;
  const known = below.get(source);
  if (known !== undefined) return known;
  const filled: Filled = { source, values: new Array(plan.holes.length).fill(undefined) };
  below.set(source, filled);
  return filled;
}
