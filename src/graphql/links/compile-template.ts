import { type ASTNode, Kind, type ObjectValueNode, type ValueNode } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { FieldDescriptor, FieldType, MessageDescriptor } from '../../registry/descriptors.ts';

import { wellKnownScalarOf } from '../schema/scalar-names.ts';
import { compileExpression, type Expression, isAbsent, type Scope, type Vocabulary } from './compile-expression.ts';
import { fieldOf } from './compile-row-path.ts';
import type { Report } from './mistakes.ts';
import { describeShape, fits, numberOf, shapeOf } from './shape.ts';

/** A request in the making: values by JSON name, as the codec takes them. */
export type RequestValue = Record<string, unknown>;

/** How a link's request is made. */
export interface Template {
  /** Whether everything is there that it takes from the parent and its ancestors: if not, there is nothing to ask for. */
  readonly isComplete: (scope: Scope) => boolean;
  /** Whether an argument selects nothing, e.g. `where: { ids: [] }`: upstream, such a list would select everything. */
  readonly selectsNothing: (scope: Scope) => boolean;
  readonly build: (scope: Scope) => RequestValue;
  readonly ancestors: readonly string[];
  /** The arguments that have a part in it. */
  readonly arguments: readonly string[];
  /** Whether the parent's own fields have a part in it. */
  readonly readsParent: boolean;
  /** Whether every parent asks the same: the request depends on arguments at most. */
  readonly isOfArguments: boolean;
}

type Fill = (scope: Scope) => unknown;

/** What a template is compiled with, and where it is noted what its expressions need. */
interface Compilation {
  readonly vocabulary: Vocabulary;
  readonly report: Report;
  readonly expressions: Expression<Scope>[];
  readonly selectsNothing: ((scope: Scope) => boolean)[];
  readonly arguments: string[];
}

/**
 * Compiles the value of `with`: an object literal shaped like the request, in which texts that begin with `$` are
 * expressions. A list in the place of one message merges its parts: `["$args.where", { limit: 10 }]`.
 */
export function compileTemplate(
  node: ObjectValueNode | undefined,
  message: MessageDescriptor,
  vocabulary: Vocabulary,
  report: Report,
): Template {
  const compilation: Compilation = { vocabulary, report, expressions: [], selectsNothing: [], arguments: [] };
  const build: Fill = node === undefined ? () => ({}) : compileMessage(node, message, compilation);
  const { expressions, selectsNothing } = compilation;
  const needed = expressions.filter(({ isOfArguments }) => !isOfArguments);
  return {
    isComplete: (scope) => needed.every(({ evaluate }) => !isAbsent(evaluate(scope))),
    selectsNothing: (scope) => selectsNothing.some((test) => test(scope)),
    build: build as Template['build'],
    ancestors: expressions.flatMap(({ ancestors }) => ancestors),
    arguments: compilation.arguments,
    readsParent: expressions.some(({ readsParent }) => readsParent),
    isOfArguments: needed.length === 0,
  };
}

function compileMessage({ fields }: ObjectValueNode, message: MessageDescriptor, compilation: Compilation): Fill {
  const entries = fields.flatMap(({ name, value }): [string, Fill][] => {
    const field = fieldOf(message, name.value, name, compilation.report);
    const fill = field && compileField(value, field, compilation);
    return fill === undefined ? [] : [[name.value, fill]];
  });
  return (scope) => {
    const value: RequestValue = {};
    for (const [name, fill] of entries) value[name] = fill(scope);
    return value;
  };
}

function compileField(node: ValueNode, field: FieldDescriptor, compilation: Compilation): Fill | undefined {
  if (isReference(node)) return compileReference(node, field, compilation);
  const isRepeated = field.cardinality === 'repeated';
  const isMessage = field.type.kind === 'message' && wellKnownScalarOf(field.type.message) === undefined;
  if (node.kind !== Kind.LIST) {
    if (!isRepeated) return compileOne(node, field, compilation);
    return misfit(node, field, compilation);
  }
  if (!isRepeated && !isMessage) return misfit(node, field, compilation);
  const parts = node.values.map((value) =>
    isReference(value) ? compileReference(value, field, compilation) : compileOne(value, field, compilation),
  );
  const known = parts.filter((part) => part !== undefined);
  if (!isRepeated) return (scope) => Object.assign({}, ...known.map((part) => part(scope)));
  // A reference stands for a list of its own; an argument that was left out stands for nothing.
  return (scope) => known.flatMap((part) => part(scope) ?? []);
}

function compileOne(node: ValueNode, field: FieldDescriptor, compilation: Compilation): Fill | undefined {
  const { type } = field;
  if (type.kind === 'message' && node.kind === Kind.OBJECT && wellKnownScalarOf(type.message) === undefined) {
    return compileMessage(node, type.message, compilation);
  }
  const constant = readConstant(node, type, compilation.report);
  return constant === undefined ? misfit(node, field, compilation) : () => constant;
}

function isReference(node: ValueNode): node is ValueNode & { value: string } {
  return node.kind === Kind.STRING && node.value.startsWith('$');
}

/** A single value for a repeated field becomes a list of one. */
function compileReference(
  node: ValueNode & { value: string },
  field: FieldDescriptor,
  { vocabulary, report, expressions, selectsNothing, arguments: given }: Compilation,
): Fill | undefined {
  const expression = compileExpression(node.value, vocabulary, node, report);
  if (expression === undefined) return undefined;
  const { shape, evaluate } = expression;
  const expected = shapeOf(field);
  if (!fits(shape.type, expected.type) || (shape.isList && !expected.isList)) {
    report(node, `"${node.value}" is ${describeShape(shape)}; "${field.jsonName}" takes ${describeShape(expected)}`);
    return undefined;
  }
  expressions.push(expression);
  const [, argument] = /^\$args\.(\w+)$/.exec(node.value) ?? [];
  if (argument !== undefined) given.push(argument);
  const test = argument === undefined ? undefined : vocabulary.args.get(argument)?.selectsNothing;
  if (test !== undefined) selectsNothing.push(({ args }) => isGiven(args[argument!]) && test(args[argument!]));
  if (shape.isList || !expected.isList) return evaluate;
  return (scope) => {
    const value = evaluate(scope);
    return value === undefined ? undefined : [value];
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function readConstant(node: ValueNode, type: FieldType, report: Report): unknown {
  if (type.kind === 'enum') {
    if (node.kind !== Kind.ENUM) return undefined;
    const number = numberOf(type.enum, node.value);
    if (number !== undefined) return number;
    const names = type.enum.values.map(({ name }) => name);
    report(node, `${type.enum.fullName} has no value "${node.value}"${didYouMean(node.value, names)}`);
    // Reported already; any number will do.
    return 0;
  }
  if (type.kind === 'message') return undefined;
  const isNumber = type.scalar !== 'string' && type.scalar !== 'bool' && type.scalar !== 'bytes';
  if (node.kind === Kind.STRING) return type.scalar === 'string' ? node.value : undefined;
  if (node.kind === Kind.BOOLEAN) return type.scalar === 'bool' ? node.value : undefined;
  return node.kind === Kind.INT && isNumber ? Number(node.value) : undefined;
}

function misfit(node: ASTNode, field: FieldDescriptor, { report }: Compilation): undefined {
  report(node, `"${field.jsonName}" of ${field.parent.fullName} takes ${describeShape(shapeOf(field))}`);
  return undefined;
}
