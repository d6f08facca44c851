import type { GraphQLResolveInfo } from 'graphql';

import type { Registry, ServiceDescriptor } from '../../registry/descriptors.ts';

import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import { collectTypes } from '../schema/collect-types.ts';
import { deriveNames } from '../schema/derive-names.ts';
import type { Resolvers } from '../schema/derive-resolvers.ts';
import { isUnary, type SchemaExtension } from '../schema/derive-schema.ts';
import type { GraphqlContext } from '../execution/graphql-context.ts';
import type { ReplyForm } from '../execution/open-reply.ts';
import { scalarTypes } from '../schema/scalars.ts';
import type { BatchLimits } from './answer-batch.ts';
import { createCatalog, readType } from './catalog.ts';
import { type CompiledField, compileField, methodsOf } from './compile-field.ts';
import type { Argument } from './compile-expression.ts';
import { compileInput } from './compile-input.ts';
import { compileOrder, type FindField, type Order } from './compile-order.ts';
import { type LinkCounters, type LinkSession, createLinkCounters, createLinkSession } from './create-link-session.ts';
import { deriveLinkTypeDefs } from './derive-link-type-defs.ts';
import { LinksError, type Mistake, reportTo } from './mistakes.ts';
import { type LinksDocument, type LinksSource, parseLinks } from './parse-links.ts';

/** What links are compiled from. */
export interface CompileLinksOptions {
  readonly registry: Registry;
  readonly table: RpcTable;
  /** The services that are served; links by others, or to types that only others know, are left out. */
  readonly services: readonly ServiceDescriptor[];
  readonly source: LinksSource;
  /**
   * Whether every field must fit the registry. True for our own protos; false when the gateway serves other versions of
   * them, or others altogether: what does not fit is left out then.
   */
  readonly mustMatch: boolean;
  readonly limits: BatchLimits;
  /** How links see replies; the schema must see them alike. Not given: as values. */
  readonly replyForm?: ReplyForm;
  /** What has happened to links before, to be counted on; from zero when not given. */
  readonly counters?: LinkCounters | undefined;
}

/** The nested graph, ready to be merged into a derived schema. */
export interface Links extends SchemaExtension {
  /** What has happened to links so far. */
  readonly counters: LinkCounters;
}

/**
 * Compiles a links document: plain SDL that extends derived types by fields, each bound to an RPC, or to what the parent's
 * own fields say.
 *
 * @throws LinksError with all mistakes at once.
 */
export function compileLinks(options: CompileLinksOptions): Links {
  const { registry, table, source, mustMatch, limits, replyForm = 'values', counters = createLinkCounters() } = options;
  const document = parseLinks(source);
  const { fields, inputs, orders, mistakes } = compileDocument(document, registry, table, replyForm);
  if (mustMatch && mistakes.length > 0) throw new LinksError(source.fileName, mistakes);
  const served = selectServed(fields, inputs, orders, options);
  const surroundings = { ...limits, sessionOf: createSessions(counters) };
  const needs = collectNeeds(served.fields);
  const resolvers: Record<string, Record<string, ReturnType<CompiledField['createResolver']>>> = {};
  for (const compiled of served.fields) {
    const { typeName, node } = compiled.field;
    const adopts = compiled.owned !== undefined && (needs.get(compiled.owned)?.size ?? 0) > 0;
    resolvers[typeName] ??= {};
    resolvers[typeName][node.name.value] = compiled.createResolver(surroundings, adopts);
  }
  return {
    typeDefs: deriveLinkTypeDefs(served.fields, served.inputs, served.orders, served.scalars),
    resolvers: { ...resolvers, ...scalarResolvers(served.scalars) },
    counters,
  };
}

const nowhere = { name: '', isList: false } as const;

interface CompiledDocument {
  readonly fields: readonly CompiledField[];
  readonly inputs: LinksDocument['inputs'];
  readonly orders: readonly Order[];
  readonly mistakes: readonly Mistake[];
}

/** Compiles everything, and keeps what has no mistakes. */
function compileDocument(
  document: LinksDocument,
  registry: Registry,
  table: RpcTable,
  replyForm: ReplyForm,
): CompiledDocument {
  const { source } = document;
  const mistakes: Mistake[] = [...document.mistakes];
  const names = deriveNames(registry);
  const catalog = createCatalog(registry, names);
  const inputs = document.inputs.filter((node) => {
    const name = node.name.value;
    const found: Mistake[] = [];
    const report = reportTo(found, source, name);
    if (catalog.messages.has(name) || catalog.enums.has(name)) report(node.name, `a type "${name}" exists already`);
    const compiled = compileInput(node, catalog, registry.messages, report);
    mistakes.push(...found);
    if (compiled !== undefined) catalog.inputs.set(name, compiled);
    return found.length === 0;
  });
  const findField: FindField = (message, name) =>
    document.fields.find(({ typeName, node }) => typeName === names.outputType(message) && node.name.value === name)
      ?.node;
  const orders = new Map<string, Order>();
  for (const node of document.orders) {
    const found: Mistake[] = [];
    const report = reportTo(found, source, node.name.value);
    const order = compileOrder(node, registry.messages, findField, report);
    const names = [node.name.value, order?.inputName ?? ''];
    const taken = names.find((name) => catalog.messages.has(name) || catalog.enums.has(name));
    if (taken !== undefined) report(node.name, `a type "${taken}" exists already`);
    mistakes.push(...found);
    if (order === undefined || found.length > 0) continue;
    orders.set(node.name.value, order);
    catalog.inputs.set(order.inputName, argumentOfOrder(order));
  }
  const reachedTypes = (typeName: string) =>
    document.fields
      .filter(
        ({ node, typeName: of }) => of === typeName && node.directives?.some(({ name }) => name.value === 'reached'),
      )
      .map(({ node }) => readType(node.type).name);
  const linkTypeOf = (typeName: string, link: string) => {
    const found = document.fields.find(({ node, typeName: of }) => of === typeName && node.name.value === link);
    const { name, isList } = found === undefined ? nowhere : readType(found.node.type);
    return isList || found?.node.arguments?.length !== 0 || !catalog.messages.has(name) ? undefined : name;
  };
  const roots = new Set([...registry.methods.values()].map(names.rootField));
  const taken = new Map<string, Set<string>>([['Query', roots]]);
  for (const [name, message] of catalog.messages) taken.set(name, new Set(message.fields.map(names.field)));
  const fields = document.fields.flatMap((field) => {
    const found: Mistake[] = [];
    const report = reportTo(found, source, field.owner);
    const compiled = compileField(
      field,
      { registry, table, catalog, replyForm, orders, reachedTypes, linkTypeOf, takenNames: (name) => taken.get(name) },
      report,
    );
    // A second field of the name would collide with this one.
    taken.get(field.typeName)?.add(field.node.name.value);
    mistakes.push(...found);
    if (compiled === undefined || found.length > 0) return [];
    const { total } = compiled;
    if (total === undefined) return [compiled.field];
    taken.get(total.field.typeName)?.add(total.field.node.name.value);
    return [compiled.field, total];
  });
  return { fields, inputs, orders: [...orders.values()], mistakes };
}

/** A step of an order: no request has a place for it. */
function argumentOfOrder({ message }: Order): Argument {
  return {
    shape: { type: { kind: 'message', message }, isList: false },
    read: (step) => step,
    selectsNothing: () => false,
  };
}

/** Keeps what has all its RPCs and types in the derived schema of the services that are served. */
function selectServed(
  fields: readonly CompiledField[],
  inputs: LinksDocument['inputs'],
  orders: readonly Order[],
  { services, registry, table }: CompileLinksOptions,
) {
  const methods = services.flatMap((service) => service.methods).filter(isUnary);
  const names = deriveNames(registry);
  const types = collectTypes(methods, table.keyOf);
  const isServed = new Set<unknown>(methods);
  const known = new Set<string>(['Query', 'String', 'Int', 'Float', 'Boolean', 'ID', ...ourScalars]);
  for (const message of types.outputs) known.add(names.outputType(message));
  for (const enumeration of types.enums) known.add(names.enumType(enumeration));
  for (const scalar of types.scalars) known.add(scalar);
  for (const { inputName } of orders) known.add(inputName);
  const areKnown = (typeNames: readonly string[]) => typeNames.every((name) => known.has(name));
  // Inputs come before those that hold them, so one pass forwards and one backwards see everything.
  const servable = inputs.filter((input) => areKnown(typesOf(input)) && known.add(input.name.value));
  const kept = fields.filter(
    (compiled) =>
      methodsOf(compiled).every((method) => isServed.has(method)) &&
      areKnown([compiled.field.typeName, ...compiled.types]),
  );
  const used = new Set(kept.flatMap((compiled) => compiled.types));
  for (const input of servable.toReversed()) {
    if (used.has(input.name.value)) for (const name of typesOf(input)) used.add(name);
  }
  return {
    fields: kept,
    inputs: servable.filter(({ name }) => used.has(name.value)),
    orders: orders.filter(({ inputName }) => used.has(inputName)),
    scalars: ourScalars.filter((name) => used.has(name)),
  };
}

/** Scalars that links may use, whether or not the derived part does. */
const ourScalars = ['DateTime', 'Int64'];

function typesOf({ fields = [] }: LinksDocument['inputs'][number]): readonly string[] {
  return fields.map(({ type }) => readType(type).name);
}

function scalarResolvers(names: readonly string[]): Resolvers {
  return Object.fromEntries(names.map((name) => [name, scalarTypes.get(name)!]));
}

/**
 * Which ancestors are looked at by each type and by what it leads to: only rows of such types need to know whose they are, and
 * knowing costs a copy.
 */
function collectNeeds(fields: readonly CompiledField[]): ReadonlyMap<string, ReadonlySet<string>> {
  const needs = new Map<string, Set<string>>();
  const add = (typeName: string, ancestors: Iterable<string>): boolean => {
    const known = needs.get(typeName) ?? new Set();
    const sizeBefore = known.size;
    for (const ancestor of ancestors) known.add(ancestor);
    needs.set(typeName, known);
    return known.size > sizeBefore;
  };
  for (const { field, ancestors } of fields) add(field.typeName, ancestors);
  // Types own each other in circles, e.g. groups in groups.
  for (let hasGrown = true; hasGrown; ) {
    hasGrown = false;
    for (const { field, owned } of fields) {
      if (owned !== undefined && add(field.typeName, needs.get(owned) ?? [])) hasGrown = true;
    }
  }
  return needs;
}

/**
 * A session for each operation; of a mutation for each of its root fields, since what is read below one of them must not
 * come from before its write.
 */
function createSessions(counters: LinkCounters) {
  const sessions = new WeakMap<object, Map<string, LinkSession>>();
  return (context: GraphqlContext, { operation, path }: GraphQLResolveInfo): LinkSession => {
    const { operation: key } = context;
    let ofOperation = sessions.get(key);
    if (ofOperation === undefined) {
      ofOperation = new Map();
      sessions.set(key, ofOperation);
    }
    let root = path;
    if (operation.operation === 'mutation') while (root.prev !== undefined) root = root.prev;
    const name = operation.operation === 'mutation' ? String(root.key) : '';
    let session = ofOperation.get(name);
    if (session === undefined) {
      session = createLinkSession(context, counters);
      ofOperation.set(name, session);
    }
    return session;
  };
}
