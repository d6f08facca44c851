import { type GraphQLResolveInfo, Kind, type ResponsePath, responsePathAsArray } from 'graphql';

import { ValueError } from '../../codec/value/value-error.ts';

import type { StatusName } from '../../call/status.ts';

import { badUserInput } from '../execution/bad-user-input.ts';
import { readSafely } from '../execution/read-safely.ts';
import type { MessageFieldResolver } from '../schema/derive-resolvers.ts';
import { type GraphqlContext, maxNotes } from '../execution/graphql-context.ts';
import { adopt, ancestryOf, unknownOwner } from './ancestry.ts';
import { answerBatch, type BatchLimits, joinKey } from './answer-batch.ts';
import { type Arrangement, arrangeRows, isArranged, isOrdered } from './arrange-rows.ts';
import { isAbsent, type Scope } from './compile-expression.ts';
import type { ReadOrderKey } from './compile-order.ts';
import type { Row } from './compile-row-path.ts';
import type { RequestValue } from './compile-template.ts';
import type { LinkSession } from './create-link-session.ts';
import { findsNothing, knownTotal } from './known-counts.ts';
import type { Ask, BatchPlan, CallPlan, LinkPlan, ReachPlan } from './plans.ts';

/** What links are resolved with. */
export interface LinkSurroundings extends BatchLimits {
  readonly sessionOf: (context: GraphqlContext, info: GraphQLResolveInfo) => LinkSession;
}

/** For requests that are not those which batches stand for. */
const oneByOne: BatchLimits = Object.freeze({ maxKeys: 0, maxCutRows: 0 });

const noRow: Row = Object.freeze({});

/** Makes the resolver of a link. Its promises reject with GraphQLErrors, like those of root fields. */
export function createLinkResolver(plan: LinkPlan, surroundings: LinkSurroundings): MessageFieldResolver {
  const nothing = plan.isTotal ? 0 : plan.isList ? Object.freeze([]) : null;
  const owners = ownersOf(plan);
  return (parent: Row | undefined, args: Row, context, info) => {
    plan.checkArguments(args);
    const row = parent ?? noRow;
    const scope: Scope = { parent: row, args, ancestry: ancestryOf(row) };
    for (const { known } of plan.calls) {
      const owner = known === undefined ? undefined : scope.ancestry[known];
      if (owner !== undefined) return owner;
    }
    const call = chooseCall(plan, scope);
    if (call === undefined) {
      if (owners.length > 0) throw unknownOwner(plan.calls[0]!.owner, owners);
      return nothing;
    }
    if (call.reach === undefined || scope.ancestry[call.reach.typeName] !== undefined) {
      return answer(call, scope, context, info);
    }
    return reachOwner(call.reach, scope, context, info).then((reached) => answer(call, reached, context, info));
  };

  function answer(call: CallPlan, scope: Scope, context: GraphqlContext, info: GraphQLResolveInfo): unknown {
    if (!call.template.isComplete(scope)) return null;
    if (call.template.selectsNothing(scope)) return nothing;
    const request = call.template.build(scope);
    const isWhole = plan.isTotal || isOrdered(scope.args);
    if (isWhole) call.pages?.writeWhole(request);
    else call.pages?.writePage(request, scope.args);
    if (findsNothing(call, request, scope)) return nothing;
    const known = plan.isTotal ? knownTotal(call, request, scope) : undefined;
    if (known !== undefined) return known;
    const session = surroundings.sessionOf(context, info);
    const limits = isWhole && call.pages !== undefined ? oneByOne : surroundings;
    const value = read(call, request, scope, session, info.path, limits);
    const shown = plan.isTotal
      ? value.then(countRows)
      : plan.orderKeys === undefined || (call.pages === undefined ? !isArranged(scope.args) : !isWhole)
        ? value
        : value.then((rows) => arrange(rows, plan.orderKeys!, call, scope.args, context));
    const finished =
      plan.adopts && call.owns ? shown.then((rows) => adoptAll(rows, plan.parentType, scope.parent)) : shown;
    const told = plan.hasDefaultLimit
      ? finished.then((rows) => tellTruncation(rows, call, scope, context, info))
      : finished;
    return told.catch((error: unknown) => {
      if (error instanceof ValueError) throw badUserInput(`${call.owner}: ${error.message}`);
      const translated = call.translate(error, context.requestId);
      const { status } = translated.extensions['grpc'] as { status: StatusName };
      if (call.nullOn.has(status)) return null;
      if (status !== 'UNIMPLEMENTED' || call.since === undefined) throw translated;
      tellUnsupported(call, call.since, context);
      return null;
    });
  }
}

function countRows(rows: unknown): unknown {
  return Array.isArray(rows) ? rows.length : rows;
}

/** Links wait meanwhile, since the parents that they are to fetch for are only being chosen. */
async function arrange(
  rows: unknown,
  keys: ReadonlyMap<string, ReadOrderKey>,
  { rpc: { method } }: CallPlan,
  args: Arrangement,
  { operation }: GraphqlContext,
): Promise<unknown> {
  if (!Array.isArray(rows)) return rows;
  const end = operation.collect();
  try {
    return await arrangeRows(rows as readonly Row[], keys, args);
  } catch (error) {
    return readSafely(() => {
      throw error;
    }, method);
  } finally {
    end();
  }
}

/** The same scope, with an owner that one of the parent's own links leads to, unless there is none. */
async function reachOwner(
  { link, typeName }: ReachPlan,
  scope: Scope,
  context: GraphqlContext,
  info: GraphQLResolveInfo,
): Promise<Scope> {
  const owner: unknown = await info.parentType.getFields()[link]?.resolve?.(scope.parent, {}, context, info);
  return { ...scope, ancestry: { ...scope.ancestry, ...(owner ? { [typeName]: owner as Row } : {}) } };
}

/** Tells callers, once for each field, that the upstream is too old to know it. */
function tellUnsupported({ owner, rpc: { method } }: CallPlan, since: string, { unsupported }: GraphqlContext): void {
  if (unsupported.some(({ field }) => field === owner)) return;
  unsupported.push({ field: owner, rpc: method.fullName, since });
}

/** Tells callers of a list that ends where the default limit does, unless all of it is there. */
function tellTruncation(
  rows: unknown,
  { total }: CallPlan,
  scope: Scope,
  { truncated }: GraphqlContext,
  { fieldNodes, variableValues, path }: GraphQLResolveInfo,
): unknown {
  const {
    limit,
    page = 1,
    orderBy: _,
    ...others
  } = scope.args as {
    readonly limit: number;
    readonly page?: number;
    readonly orderBy?: unknown;
  };
  if (!Array.isArray(rows) || rows.length < limit || truncated.length >= maxNotes) return rows;
  const given = fieldNodes[0]?.arguments?.find(({ name }) => name.value === 'limit')?.value;
  const isGiven = given !== undefined && (given.kind !== Kind.VARIABLE || given.name.value in variableValues);
  if (isGiven) return rows;
  const isNarrowed = Object.values(others).some((value) => value !== undefined && value !== null);
  const known = isNarrowed ? undefined : total?.evaluate(scope);
  const count = typeof known === 'number' ? known : undefined;
  if (count !== undefined && count <= limit * page) return rows;
  truncated.push({ path: responsePathAsArray(path), limit, ...(count !== undefined && { total: count }) });
  return rows;
}

/** The types through which the way must have led; none when a link can also be answered otherwise, or can have no value. */
function ownersOf({ calls, isList, isTotal }: LinkPlan): readonly string[] {
  if (isList || isTotal || calls.some(({ whenOwners }) => whenOwners.length === 0)) return [];
  return [
    ...new Set(calls.flatMap(({ known, whenOwners }) => [...(known === undefined ? [] : [known]), ...whenOwners])),
  ];
}

function adoptAll(rows: unknown, parentType: string, parent: Row): unknown {
  return rows === null ? null : adopt(rows, parentType, parent);
}

/** The way that the conditions leave open; arguments that ask for different things at once, or for nothing, are refused. */
function chooseCall({ calls, parentType }: LinkPlan, scope: Scope): CallPlan | undefined {
  const open = calls.filter(({ when }) => when === undefined || when(scope));
  if (parentType !== 'Query' || calls.some(({ whenArgument }) => whenArgument === undefined)) return open[0];
  const [only] = open;
  if (only !== undefined && open.length === 1) return withItsArguments(only, scope);
  const names = calls.map(({ whenArgument }) => `"${whenArgument}"`).join(' or ');
  const found = open.map(({ whenArgument }) => `"${whenArgument}"`).join(' and ');
  throw badUserInput(
    `Expected ${calls.length > 1 ? 'one of the arguments' : 'the argument'} ${names}, found ${found || 'none'}`,
  );
}

/** What an argument such as `name` means, others may have to say: of which job. */
function withItsArguments(call: CallPlan, { args }: Scope): CallPlan {
  const missing = call.template.arguments.filter((name) => args[name] === undefined || args[name] === null);
  if (missing.length === 0) return call;
  const names = missing.map((name) => `"${name}"`).join(' and ');
  throw badUserInput(`Expected the argument ${names} beside "${call.whenArgument}", found none`, {
    argument: missing[0],
  });
}

/** Answers a link by its own call, or together with others like it. */
async function read(
  call: CallPlan,
  value: RequestValue,
  scope: Scope,
  session: LinkSession,
  path: ResponsePath,
  limits: BatchLimits,
): Promise<unknown> {
  const request = call.rpc.encode(value);
  const alone = () => readAlone(call, request, scope, session, path);
  const { batch } = call;
  if (limits === oneByOne) return alone();
  const key = batch?.keys.map(({ evaluate }) => evaluate(scope)) ?? [];
  if (batch === undefined || key.some(isAbsent) || !batch.template.isComplete(scope)) return alone();
  return loadTogether(batch, { key, scope, path, alone, id: idOf(call, key, request) }, session, limits);
}

/** A link whose pages are cut differently is another question, although the key is the same. */
function idOf({ batch }: CallPlan, key: readonly unknown[], request: Uint8Array): string {
  const isOfKey = batch!.cut === undefined && !batch!.asksIfMissing && batch!.unique.length === 0;
  return isOfKey ? joinKey(key) : `${joinKey(key)}\n${Buffer.from(request).toString('latin1')}`;
}

async function readAlone(
  call: CallPlan,
  request: Uint8Array,
  scope: Scope,
  session: LinkSession,
  path: ResponsePath,
): Promise<unknown> {
  const { rpc, take, isRight, choose } = call;
  const reply =
    isRight === undefined
      ? await session.read(rpc, request, path)
      : await session.readRight(call, request, path, (row) => isRight(take(row), scope));
  return readSafely(() => choose(take(reply), scope), rpc.method);
}

function loadTogether(batch: BatchPlan, ask: Ask, session: LinkSession, limits: BatchLimits): Promise<unknown> {
  const base = batch.template.build(ask.scope);
  const id = `${batch.id}\n${JSON.stringify(base)}`;
  const answer = (asks: readonly Ask[]) => answerBatch(batch, base, asks, session, limits);
  return session.loader(id, !batch.template.isOfArguments, answer).load(ask);
}
