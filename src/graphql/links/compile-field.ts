import { type ConstDirectiveNode, type FieldDefinitionNode, print } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { MethodDescriptor, Registry } from '../../registry/descriptors.ts';

import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import { badUserInput } from '../execution/bad-user-input.ts';
import type { ReplyForm } from '../execution/open-reply.ts';
import type { MessageFieldResolver } from '../schema/derive-resolvers.ts';
import { type FieldCost, type FieldWithFacts, withFacts } from '../schema/field-facts.ts';
import { ancestryOf, unknownOwner } from './ancestry.ts';
import { argumentOf, argumentScalars, type Catalog, readType, type WrittenType } from './catalog.ts';
import { compileCall } from './compile-call.ts';
import { compileConversion } from './compile-conversion.ts';
import type { Argument, Vocabulary } from './compile-expression.ts';
import type { Order } from './compile-order.ts';
import type { Row } from './compile-row-path.ts';
import { createLinkResolver, type LinkSurroundings } from './create-link-resolver.ts';
import { type ExpandedList, expandList } from './expand-list.ts';
import type { Report } from './mistakes.ts';
import type { LinkField } from './parse-links.ts';
import type { CallPlan, LinkPlan } from './plans.ts';
import { readSettings } from './read-settings.ts';

/** A compiled field of a links document. */
export interface CompiledField {
  readonly field: LinkField;
  /** The types that it names: its own, and those of its arguments. */
  readonly types: readonly string[];
  /** The ways to its value, for links; empty for values of what is there already. */
  readonly calls: readonly CallPlan[];
  /** What callers are told of it, unless the document says more. */
  readonly description?: string;
  /** The type of what it answers, when that belongs to the parent. */
  readonly owned: string | undefined;
  /** The types of ancestors that it looks at. */
  readonly ancestors: readonly string[];
  /** Throws a GraphQLError when an argument is out of its range. */
  readonly checkArguments: (args: Row) => void;
  readonly createResolver: (
    surroundings: LinkSurroundings,
    adopts: boolean,
  ) => MessageFieldResolver | FieldWithFacts<MessageFieldResolver>;
}

/** A field, and the one beside it that counts its rows. */
export interface CompiledFields {
  readonly field: CompiledField;
  readonly total: CompiledField | undefined;
}

/** What fields are compiled with. */
export interface FieldCompilation {
  readonly registry: Registry;
  readonly table: RpcTable;
  readonly catalog: Catalog;
  readonly replyForm: ReplyForm;
  readonly orders: ReadonlyMap<string, Order>;
  /** The types that `@reached` fields of a type name. */
  readonly reachedTypes: (typeName: string) => readonly string[];
  /** What a link without arguments leads to, if that is one object. */
  readonly linkTypeOf: (typeName: string, link: string) => string | undefined;
  /** Names of fields that a type has without the document. */
  readonly takenNames: (typeName: string) => ReadonlySet<string> | undefined;
}

/** The directives that say what a field is. */
const sources = ['rpc', 'convert', 'reached'] as const;

/** Compiles a field. Reports every mistake; answers undefined when nothing can come of it. */
export function compileField(
  written: LinkField,
  compilation: FieldCompilation,
  report: Report,
): CompiledFields | undefined {
  const list = expandList(written, compilation.orders, report);
  const field = compileOne(list?.field ?? written, list, compilation, report);
  if (field === undefined || list === undefined) return field && { field, total: undefined };
  const { total } = list;
  if (compilation.takenNames(total.typeName)?.has(total.node.name.value))
    report(written.node.name, `${total.typeName} has a field "${total.node.name.value}" already; choose another name`);
  return { field, total: countRows(field, total) };
}

/** The field that counts the rows of a list: it asks for all of them, as the list does that is put in order. */
function countRows({ calls, types, ancestors, checkArguments }: CompiledField, field: LinkField): CompiledField {
  const ofArguments = field.node.arguments?.map(({ type }) => readType(type).name) ?? [];
  return {
    field,
    types: ['Int', types[0]!, ...ofArguments],
    calls,
    owned: undefined,
    ancestors,
    checkArguments,
    createResolver: (surroundings) => {
      const link: LinkPlan = {
        parentType: field.typeName,
        isList: false,
        calls,
        adopts: false,
        hasDefaultLimit: false,
        orderKeys: undefined,
        isTotal: true,
        checkArguments,
      };
      return withFacts(createLinkResolver(link, surroundings), { cost: costOf(calls, surroundings.maxKeys), link });
    },
  };
}

function compileOne(
  field: LinkField,
  list: ExpandedList | undefined,
  compilation: FieldCompilation,
  report: Report,
): CompiledField | undefined {
  const { node, typeName, extension } = field;
  const { catalog, takenNames } = compilation;
  const taken = takenNames(typeName);
  if (taken === undefined) {
    const known = ['Query', ...catalog.messages.keys()];
    report(extension.name, `no type is named "${typeName}"${didYouMean(typeName, known)}`);
    return undefined;
  }
  if (taken.has(node.name.value))
    report(node.name, `${typeName} has a field "${node.name.value}" already; choose another name`);
  const directives = readDirectives(node, report);
  const kinds = new Set(directives.map(({ name }) => name.value));
  const isMisspelt = node.directives?.some(({ name }) => name.value !== 'deprecated' && name.value !== 'list');
  if (kinds.size === 0 && isMisspelt) return undefined;
  if (kinds.size !== 1) {
    report(
      node.name,
      `found ${kinds.size} of @rpc, @convert and @reached; expected one, which says where the value comes from`,
    );
    return undefined;
  }
  const type = readType(node.type);
  const args = compileArguments(node, catalog, report);
  const base = {
    field,
    types: [type.name, ...args.types],
    calls: [],
    owned: undefined,
    ancestors: [],
    checkArguments: args.check,
  };
  const [directive] = directives as [ConstDirectiveNode];
  const message = catalog.messages.get(typeName);
  if (directive.name.value === 'convert') {
    if (message === undefined) report(directive, 'a root field has nothing to convert');
    const conversion = message && compileConversion(directive, message, print(node.type), report);
    return conversion && { ...base, description: conversion.description, createResolver: () => conversion.convert };
  }
  if (type.isNonNull) report(node.type, 'a link must be nullable, else one failed call takes its parent with it');
  if (directive.name.value === 'reached') {
    return { ...base, ...compileReached(field, type, compilation, directive, report) };
  }
  const vocabulary: Vocabulary = { parent: message, args: args.byName, messages: catalog.messages };
  const compiled = directives.map((one) =>
    compileCall(one, { ...compilation, vocabulary, owner: field.owner, typeName, type, report }),
  );
  const calls = compiled.filter((call) => call !== undefined);
  if (list !== undefined && list.order.message !== catalog.messages.get(type.name))
    report(
      field.node.type,
      `${list.order.inputName} is an order of ${list.order.message.fullName}; the field is ${type.name}`,
    );
  return {
    ...base,
    calls,
    owned: calls.some(({ owns }) => owns) ? type.name : undefined,
    ancestors: calls.flatMap((call) => call.ancestors),
    createResolver: (surroundings, adopts) => {
      const hasDefaultLimit =
        type.isList &&
        node.arguments?.some(({ name, defaultValue }) => name.value === 'limit' && defaultValue) === true;
      const link: LinkPlan = {
        parentType: typeName,
        isList: type.isList,
        isTotal: false,
        orderKeys: list?.order.keys,
        calls,
        adopts,
        hasDefaultLimit,
        checkArguments: args.check,
      };
      return withFacts(createLinkResolver(link, surroundings), { cost: costOf(calls, surroundings.maxKeys), link });
    },
  };
}

/**
 * One call for each parent; for as many as a batch carries keys when each way to the value has one; for all when no parent has
 * a part in the request; for all that have an owner in common when only that owner has.
 */
function costOf(calls: readonly CallPlan[], maxKeys: number): FieldCost {
  const owners = calls.some(({ template }) => template.readsParent)
    ? []
    : [...new Set(calls.flatMap(({ template }) => template.ancestors))];
  if (calls.every(({ template }) => template.isOfArguments))
    return { parentsPerCall: Number.POSITIVE_INFINITY, owners };
  return { parentsPerCall: calls.every(({ batch }) => batch !== undefined) ? Math.max(1, maxKeys) : 1, owners };
}

/** The RPCs that a field depends on. */
export function methodsOf({ calls }: CompiledField): readonly MethodDescriptor[] {
  return calls.flatMap(({ rpc, batch }) =>
    [rpc, batch?.rpc, ...(batch?.unique ?? []).map((proof) => proof.rpc)].flatMap((one) => one?.method ?? []),
  );
}

function readDirectives({ directives = [] }: FieldDefinitionNode, report: Report): readonly ConstDirectiveNode[] {
  return directives.filter(({ name }) => {
    const isKnown = sources.some((source) => source === name.value);
    if (!isKnown && name.value !== 'deprecated' && name.value !== 'list') {
      report(name, `there is no directive "@${name.value}"${didYouMean(name.value, [...sources, 'list'])}`);
    }
    return isKnown;
  });
}

/** A comment is about a job or about a host: whoever reached it through the one knows that it has not the other. */
function compileReached(
  { owner, typeName }: LinkField,
  { name, isList }: WrittenType,
  { catalog, reachedTypes }: FieldCompilation,
  node: ConstDirectiveNode,
  report: Report,
) {
  if (isList || !catalog.messages.has(name))
    report(node, 'what a way has led through is one object, not a list or a value');
  const others = reachedTypes(typeName).filter((other) => other !== name);
  const resolve = (row: Row) => {
    const ancestry = ancestryOf(row);
    const found = ancestry[name];
    if (found !== undefined) return found;
    if (others.some((other) => ancestry[other] !== undefined)) return null;
    throw unknownOwner(owner, [name]);
  };
  return { ancestors: [name, ...others], createResolver: () => resolve };
}

interface CompiledArguments {
  readonly byName: ReadonlyMap<string, Argument>;
  readonly types: readonly string[];
  /** Throws a GraphQLError when one is out of its range. */
  readonly check: (args: Row) => void;
}

function compileArguments(node: FieldDefinitionNode, catalog: Catalog, report: Report): CompiledArguments {
  const byName = new Map<string, Argument>();
  const types: string[] = [];
  const isPaged = node.directives?.some((directive) => directive.name.value === 'list') === true;
  const ranges: { readonly name: string; readonly min: number; readonly max: number }[] = [];
  for (const argument of node.arguments ?? []) {
    const name = argument.name.value;
    const written = readType(argument.type);
    const compiled = argumentOf(written, catalog);
    types.push(written.name);
    if (compiled === undefined) {
      const known = [...argumentScalars.keys(), ...catalog.enums.keys(), ...catalog.inputs.keys()];
      report(
        argument,
        `"${name}" has the type "${written.name}", which no argument can have${didYouMean(written.name, known)}`,
      );
      continue;
    }
    byName.set(name, compiled);
    const range = argument.directives?.find((directive) => directive.name.value === 'range');
    if (range === undefined) continue;
    const settings = readSettings(range, range.arguments ?? [], { min: 'number', max: 'number' }, report);
    ranges.push({ name, min: settings.number('min') ?? 0, max: settings.number('max') ?? 2 ** 31 - 1 });
  }
  return {
    byName,
    types,
    check: (args) => {
      for (const { name, min, max } of ranges) {
        const value = args[name];
        if (typeof value !== 'number' || (value >= min && value <= max)) continue;
        throw badUserInput(`Argument "${name}" is ${value}; expected ${min} to ${max}`, { argument: name });
      }
      const { page, limit } = args as { readonly page?: number; readonly limit?: number | null };
      if (isPaged && page !== undefined && page > 1 && (limit === undefined || limit === null)) {
        throw badUserInput(`Argument "page" is ${page}, but without "limit" there is one page; give "limit" as well`, {
          argument: 'limit',
        });
      }
    },
  };
}
