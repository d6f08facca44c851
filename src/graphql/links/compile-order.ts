import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type EnumTypeDefinitionNode,
  type EnumValueDefinitionNode,
  Kind,
  parse,
} from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { compileRowExpression } from './compile-expression.ts';
import type { Row } from './compile-row-path.ts';
import type { Report } from './mistakes.ts';
import { readSettings, type SettingKind } from './read-settings.ts';
import { describeShape } from './shape.ts';

/** What a row is put in its place by: text or a number; undefined where there is none. */
export type ReadOrderKey = (row: Row) => string | number | undefined;

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
 * what, `@by(path:)` where a value lies in it. Reports mistakes; answers undefined when the message is not known.
 */
export function compileOrder(
  node: EnumTypeDefinitionNode,
  messages: ReadonlyMap<string, MessageDescriptor>,
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
  const values = (node.values ?? []).map((value) => compileValue(value, message, report));
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

const settingsOfBy: Readonly<Record<string, SettingKind>> = { path: 'text', zeroIsUnset: 'flag' };

function compileValue(value: EnumValueDefinitionNode, message: MessageDescriptor, report: Report) {
  const directive: ConstDirectiveNode | undefined = value.directives?.find(({ name }) => name.value === 'by');
  const settings = readSettings(directive ?? value, directive?.arguments ?? [], settingsOfBy, report);
  const path = settings.text('path') ?? '';
  const description = value.description ?? { kind: Kind.STRING, value: `By \`${path}\`.` };
  return {
    node: { ...value, description, directives: [] },
    read: compileKey(path, settings.flag('zeroIsUnset'), message, settings.nodeOf('path'), report),
  };
}

function compileKey(
  path: string,
  zeroIsUnset: boolean,
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
    return Number.isNaN(number) || (zeroIsUnset && number === 0) ? undefined : number;
  };
}
