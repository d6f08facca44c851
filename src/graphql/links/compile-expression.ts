import type { ASTNode } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { FieldType, MessageDescriptor } from '../../registry/descriptors.ts';

import type { Ancestry } from './ancestry.ts';
import { compileRowPath, type Row } from './compile-row-path.ts';
import type { Report } from './mistakes.ts';
import { describeShape, fits, numberOf, type Shape } from './shape.ts';

/** What a link field is resolved with. */
export interface Scope {
  readonly parent: Row;
  readonly args: Row;
  readonly ancestry: Ancestry;
}

/** An argument of a link field. */
export interface Argument {
  readonly shape: Shape;
  /** From the argument as graphql-js hands it over to the value that the codec takes. */
  readonly read: (value: unknown) => unknown;
  /** Whether such a value, a non-null one, selects nothing, whatever there is. */
  readonly selectsNothing: (value: unknown) => boolean;
}

/** What the expressions of one link field may refer to. */
export interface Vocabulary {
  /** The parent's message; undefined for root fields, which have no parent. */
  readonly parent: MessageDescriptor | undefined;
  readonly args: ReadonlyMap<string, Argument>;
  /** By output type. */
  readonly messages: ReadonlyMap<string, MessageDescriptor>;
}

/** A compiled text such as `$.parentId` or `$Job.id or $Layer.parentId`. */
export interface Expression<From> {
  readonly shape: Shape;
  /** The output types among whose fields it looks. */
  readonly ancestors: readonly string[];
  /** Whether it looks at the parent's own fields. */
  readonly readsParent: boolean;
  /** Whether it depends on arguments only. */
  readonly isOfArguments: boolean;
  readonly evaluate: (from: From) => unknown;
}

/**
 * Compiles an expression of a link: one or more sources with `or` between them, of which the first that has a value
 * counts, and what becomes of it.
 *
 *     $.name           a field of the parent (its JSON name; dots lead into messages)
 *     $Job.id          a field of the nearest object of that type on the way here
 *     $args.name       an argument of the field
 *     … strip /2       without the last two parts between slashes
 *     … last /2        the second-last part between slashes
 *     … after -        what follows the first dash
 *     … lower          in lower case
 *     … is NAME        whether it is that value of its enum; `is not NAME`
 *
 * Reports what is wrong with it, and answers undefined then.
 */
export function compileExpression(
  text: string,
  vocabulary: Vocabulary,
  node: ASTNode,
  report: Report,
): Expression<Scope> | undefined {
  return compileWords(text, (source) => compileSource(source, vocabulary, node, report), node, report);
}

/** The same for a row of an answer, whose fields are named without a `$`. */
export function compileRowExpression(
  text: string,
  message: MessageDescriptor,
  node: ASTNode,
  report: Report,
): Expression<Row> | undefined {
  const compile = (source: string): Expression<Row> | undefined => {
    const path = compileRowPath(source, message, node, report);
    return path && { shape: path.shape, ancestors: [], readsParent: false, isOfArguments: false, evaluate: path.read };
  };
  return compileWords(text, compile, node, report);
}

/** Whether nothing stands there: not set, empty text, or a list of nothing but that. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.every(isAbsent));
}

/** Whether a condition holds: something stands there, and it is neither false nor zero. */
export function holds(value: unknown): boolean {
  return !isAbsent(value) && value !== false && value !== 0 && value !== '0';
}

function compileSource(
  source: string,
  { parent, args, messages }: Vocabulary,
  node: ASTNode,
  report: Report,
): Expression<Scope> | undefined {
  const [, owner, path] = /^\$(\w*)\.(.+)$/.exec(source) ?? [];
  if (path === undefined) {
    report(node, `"${source}" refers to nothing; expected $.field, $Type.field or $args.name`);
    return undefined;
  }
  if (owner === 'args') return compileArgument(path, args, node, report);
  const message = owner === '' ? parent : messages.get(owner!);
  if (message === undefined) {
    const problem = owner === '' ? 'a root field has no parent' : `no type is named "${owner}"`;
    report(node, `${problem}, so "${source}" refers to nothing${didYouMean(owner!, messages.keys())}`);
    return undefined;
  }
  const compiled = compileRowPath(path, message, node, report);
  if (compiled === undefined) return undefined;
  const { shape, read } = compiled;
  const facts = { shape, isOfArguments: false };
  if (owner === '') return { ...facts, ancestors: [], readsParent: true, evaluate: ({ parent: row }) => read(row) };
  const evaluate = ({ ancestry }: Scope) => {
    const row = ancestry[owner!];
    return row === undefined ? undefined : read(row);
  };
  return { ...facts, ancestors: [owner!], readsParent: false, evaluate };
}

function compileArgument(name: string, args: Vocabulary['args'], node: ASTNode, report: Report) {
  const argument = args.get(name);
  if (argument === undefined) {
    report(node, `the field has no argument "${name}"${didYouMean(name, args.keys())}`);
    return undefined;
  }
  const { shape, read } = argument;
  const evaluate = ({ args: given }: Scope) => {
    const value = given[name];
    return value === undefined || value === null ? undefined : read(value);
  };
  return { shape, ancestors: [], readsParent: false, isOfArguments: true, evaluate };
}

function compileWords<From>(
  text: string,
  compile: (source: string) => Expression<From> | undefined,
  node: ASTNode,
  report: Report,
): Expression<From> | undefined {
  const words = text.trim().split(/\s+/);
  const sources = [compile(words.shift()!)];
  while (words[0] === 'or') sources.push(compile(words.splice(0, 2)[1] ?? ''));
  const known = sources.filter((source) => source !== undefined);
  if (known.length < sources.length) return undefined;
  const [first, ...others] = known as [Expression<From>, ...Expression<From>[]];
  const misfit = others.find(({ shape }) => shape.isList !== first.shape.isList || !fits(shape.type, first.shape.type));
  if (misfit !== undefined) {
    report(node, `"${text}" is either ${describeShape(first.shape)} or ${describeShape(misfit.shape)}; expected one`);
    return undefined;
  }
  return modify(firstOf(first, others), words, text, node, report);
}

function firstOf<From>(first: Expression<From>, others: readonly Expression<From>[]): Expression<From> {
  if (others.length === 0) return first;
  const all = [first, ...others];
  return {
    shape: first.shape,
    ancestors: all.flatMap(({ ancestors }) => ancestors),
    readsParent: all.some(({ readsParent }) => readsParent),
    isOfArguments: all.every(({ isOfArguments }) => isOfArguments),
    evaluate: (from) => {
      for (const { evaluate } of all) {
        const value = evaluate(from);
        if (!isAbsent(value)) return value;
      }
      return undefined;
    },
  };
}

const textType: FieldType = { kind: 'scalar', scalar: 'string' };
const booleanShape: Shape = { type: { kind: 'scalar', scalar: 'bool' }, isList: false };

/** Applies what follows the sources, word by word. */
function modify<From>(
  expression: Expression<From>,
  words: readonly string[],
  text: string,
  node: ASTNode,
  report: Report,
): Expression<From> | undefined {
  if (words.length === 0) return expression;
  const [word, second = '', third] = words as [string, ...string[]];
  const { shape, evaluate } = expression;
  if (word === 'is' && !shape.isList && shape.type.kind === 'enum') {
    const isWanted = second !== 'not';
    const name = isWanted ? second : (third ?? '');
    const number = numberOf(shape.type.enum, name);
    if (number === undefined) {
      const names = shape.type.enum.values.map((value) => value.name);
      report(node, `${shape.type.enum.fullName} has no value "${name}"${didYouMean(name, names)}`);
      return undefined;
    }
    const compare = (from: From) => (evaluate(from) === number) === isWanted;
    return { ...expression, shape: booleanShape, evaluate: compare };
  }
  const change = textChangeOf(word, second);
  if (change === undefined || shape.isList || !fits(shape.type, textType)) {
    report(
      node,
      `"${text}" ends in "${words.join(' ')}"; expected "strip /2", "last /2", "after -" or "lower" behind text`,
    );
    return undefined;
  }
  const changed = (from: From) => {
    const value = evaluate(from);
    return typeof value === 'string' ? change.apply(value) : undefined;
  };
  return modify({ ...expression, evaluate: changed }, words.slice(change.words), text, node, report);
}

interface TextChange {
  readonly words: number;
  readonly apply: (text: string) => string;
}

function textChangeOf(word: string, how: string): TextChange | undefined {
  if (word === 'lower') return { words: 1, apply: (text) => text.toLowerCase() };
  if (word === 'after' && how !== '') return { words: 2, apply: (text) => text.slice(text.indexOf(how) + how.length) };
  const [, separator, count] = /^(\D)([1-9])$/.exec(how) ?? [];
  if (separator === undefined) return undefined;
  if (word === 'last') return { words: 2, apply: (text) => text.split(separator).at(-Number(count)) ?? '' };
  if (word !== 'strip') return undefined;
  return { words: 2, apply: (text) => text.split(separator).slice(0, -Number(count)).join(separator) };
}
