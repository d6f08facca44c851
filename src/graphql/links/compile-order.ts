import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type EnumTypeDefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  print,
} from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { compileConversion } from './compile-conversion.ts';
import { compileRowExpression } from './compile-expression.ts';
import type { Row } from './compile-row-path.ts';
import type { Report } from './mistakes.ts';
import { readSettings, type SettingKind } from './read-settings.ts';
import { describeShape } from './shape.ts';

/** What a row is put in its place by: text or a number; undefined where there is none. */
export type ReadOrderKey = (row: Row) => string | number | undefined;

/** Finds a field that the document adds to the type of a message. */
export type FindField = (message: MessageDescriptor, name: string) => FieldDefinitionNode | undefined;

/** What lists of one type can be put in order by. */
export interface Order {
  /** The input type that names a field and a direction, e.g. `JobOrder`. */
  readonly inputName: string;
  readonly message: MessageDescriptor;
  /** By name of the field, e.g. `PRIORITY`. */
  readonly keys: ReadonlyMap<string, ReadOrderKey>;
  /** The enum of the fields, and the input. */
  readonly definitions: readonly DefinitionNode[];
}

/** The directions of all orders. */
export const sortDirection: DefinitionNode = parse(`
"Which end of an order comes first."
enum SortDirection {
  "Low before high, false before true, A before a, and a before b."
  ASC
  "The other way round."
  DESC
}`).definitions[0]!;

const ending = 'OrderField';

/**
 * Compiles an enum of the links document, whose values are what a list can be put in order by: `@order(message:)` says of
 * what, `@by(path:)` where a value lies in it, or `@by(field:)` which friendly value of the document it is. Reports mistakes; answers undefined when the message is not known.
 */
export function compileOrder(
  node: EnumTypeDefinitionNode,
  messages: ReadonlyMap<string, MessageDescriptor>,
  find: FindField,
  report: Report,
): Order | undefined {
  const directive = node.directives?.find(({ name }) => name.value === 'order');
  const settings = readSettings(directive ?? node, directive?.arguments ?? [], { message: 'text' }, report);
  const fullName = settings.text('message') ?? '';
  const message = messages.get(fullName);
  const name = node.name.value;
  if (!name.endsWith(ending)) report(node.name, `"${name}" names an order; expected a name that ends in "${ending}"`);
  if (message === undefined) {
    report(
      settings.node,
      `@order(message:) names "${fullName}", which is no message${didYouMean(fullName, messages.keys())}`,
    );
    return undefined;
  }
  const inputName = name.slice(0, -'Field'.length);
  const values = (node.values ?? []).map((value) => compileValue(value, message, find, report));
  return {
    inputName,
    message,
    keys: new Map(values.flatMap(({ node: { name: of }, read }) => (read === undefined ? [] : [[of.value, read]]))),
    definitions: [
      { ...node, directives: [], values: values.map((value) => value.node) },
      ...parse(`
"One step of an order: a field, and which end of it comes first."
input ${inputName} {
  "What to look at."
  field: ${name}!
  "Which end comes first. What is not set comes last, whichever it is."
  direction: SortDirection! = ASC
}`).definitions,
    ],
  };
}

const settingsOfBy: Readonly<Record<string, SettingKind>> = { path: 'text', field: 'text' };

function compileValue(value: EnumValueDefinitionNode, message: MessageDescriptor, find: FindField, report: Report) {
  const directive: ConstDirectiveNode | undefined = value.directives?.find(({ name }) => name.value === 'by');
  const settings = readSettings(directive ?? value, directive?.arguments ?? [], settingsOfBy, report);
  const field = settings.text('field');
  const path = settings.text('path') ?? '';
  const description = value.description ?? { kind: Kind.STRING, value: `By \`${field ?? path}\`.` };
  const read =
    field === undefined
      ? compilePath(path, message, settings.nodeOf('path'), report)
      : compileComputed(field, message, find, settings.nodeOf('field'), report);
  return { node: { ...value, description, directives: [] }, read };
}

/** A field of the message. */
function compilePath(
  path: string,
  message: MessageDescriptor,
  node: Parameters<Report>[0],
  report: Report,
): ReadOrderKey | undefined {
  const expression = compileRowExpression(path, message, node, report);
  if (expression === undefined) return undefined;
  const {
    shape: { type, isList },
    evaluate,
  } = expression;
  if (isList || type.kind === 'message' || (type.kind === 'scalar' && type.scalar === 'bytes')) {
    report(node, `"${path}" is ${describeShape(expression.shape)}, which has no order`);
    return undefined;
  }
  if (type.kind === 'scalar' && type.scalar === 'string') {
    return (row) => (evaluate(row) as string | null | undefined) || undefined;
  }
  return (row) => {
    const value = evaluate(row);
    const number = value === undefined || value === null ? Number.NaN : Number(value);
    return Number.isNaN(number) ? undefined : number;
  };
}

/** Types of friendly values that stand in order as they are: numbers, and moments as RFC 3339 writes them in UTC. */
const orderedTypes: ReadonlySet<string> = new Set(['Int', 'Float', 'String', 'DateTime']);

/** A friendly value, which is null where nothing is set. */
function compileComputed(
  name: string,
  message: MessageDescriptor,
  find: FindField,
  node: Parameters<Report>[0],
  report: Report,
): ReadOrderKey | undefined {
  const found = find(message, name);
  const directive = found?.directives?.find((one) => one.name.value === 'convert');
  if (found === undefined || directive === undefined) {
    report(node, `"${name}" is no field of ${message.fullName} that @convert makes`);
    return undefined;
  }
  const type = print(found.type);
  if (!orderedTypes.has(type)) {
    report(node, `"${name}" is ${type}; expected ${[...orderedTypes].join(', ')}: order by what it is made of instead`);
    return undefined;
  }
  // What is wrong with it is told where it stands.
  const conversion = compileConversion(directive, message, type, () => undefined);
  return conversion && ((row) => keyOf(conversion.convert(row)));
}

/** What cannot be told is a promise that fails: that is for the field itself to say, and here as good as not set. */
function keyOf(value: unknown): ReturnType<ReadOrderKey> {
  if (value instanceof Promise) value.catch(() => undefined);
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
