import { GraphQLError } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { compileRowExpression, type Expression, isAbsent } from './compile-expression.ts';
import type { Row } from './compile-row-path.ts';
import type { Report } from './mistakes.ts';
import { readSettings } from './read-settings.ts';
import { describeShape, fits, type Shape } from './shape.ts';

/** How a friendly value is computed. */
interface Converter {
  /** What it takes, in order. */
  readonly from: readonly Shape[];
  /** The GraphQL types that it can give. */
  readonly to: readonly string[];
  readonly convert: (...values: never[]) => unknown;
  /** What callers are told of the field, unless the document says more. */
  readonly describe: (...names: string[]) => string;
}

const integer: Shape = { type: { kind: 'scalar', scalar: 'int32' }, isList: false };
const long: Shape = { type: { kind: 'scalar', scalar: 'int64' }, isList: false };
const float: Shape = { type: { kind: 'scalar', scalar: 'float' }, isList: false };
const text: Shape = { type: { kind: 'scalar', scalar: 'string' }, isList: false };
const texts: Shape = { type: { kind: 'scalar', scalar: 'string' }, isList: true };

/** By the name that `@convert(by:)` takes. Whatever is computed from what is not set is null. */
const converters: Readonly<Record<string, Converter>> = {
  EPOCH_SECONDS: {
    from: [long],
    to: ['DateTime'],
    convert: toDateTime,
    describe: (time) => `${time} as a moment; null while it is not set.`,
  },
  EPOCH_SECONDS_ONCE_STARTED: {
    from: [long, long],
    to: ['DateTime'],
    convert: (start: string | number, time: string | number) => (Number(start) <= 0 ? null : toDateTime(time)),
    describe: (start, time) => `${time} as a moment; null while ${start} or it is not set.`,
  },
  SECONDS_BETWEEN: {
    from: [long, long],
    to: ['Int'],
    convert: secondsBetween,
    describe: (start, end) => `Seconds from ${start} to ${end}; null while one of them is not set.`,
  },
  MINUTES: {
    from: [integer],
    to: ['Int', 'Int!'],
    convert: (value: number) => value * 60,
    describe: (minutes) => `${minutes} in seconds.`,
  },
  KIBIBYTES: {
    from: [long],
    to: ['Int64', 'Int64!'],
    convert: (value: string | number) => `${BigInt(value) * 1024n}`,
    describe: (kibibytes) => `${kibibytes} in bytes.`,
  },
  HUNDREDTHS: {
    from: [integer],
    to: ['Float', 'Float!'],
    convert: (value: number) => value / 100,
    describe: (hundredths) => `${hundredths} divided by 100.`,
  },
  FRACTION: {
    from: [integer, integer],
    to: ['Float'],
    convert: toFraction,
    describe: (part, whole) => `${part} as a part of ${whole}, from 0 to 1.`,
  },
  UNLESS_NEGATIVE: {
    from: [float],
    to: ['Float'],
    convert: (value: number) => (value < 0 ? null : value),
    describe: (value) => `${value}; null when it is negative.`,
  },
  TEXT: {
    from: [text],
    to: ['String'],
    convert: (value: string) => (value === '' ? null : value),
    describe: (value) => `From ${value}; null when that is empty.`,
  },
  NUMBER_ONCE_NAMED: {
    from: [text, text],
    to: ['Float', 'Int'],
    convert: (_name: string, number: string) => toNumber(number),
    describe: (name, number) => `The number in ${number}; null while ${name} names nothing.`,
  },
  TEXTS: {
    from: [texts],
    to: ['[String!]', '[String!]!'],
    convert: (list: readonly string[]) => list.filter((one) => one !== ''),
    describe: (list) => `${list} without empty names.`,
  },
};

/** What the year 9999 ends with: later moments have no RFC 3339 form, and whoever wrote them meant something else. */
const lastSecond = 253_402_300_799;

/** Zero is how proto3 says that something has not happened. */
function toDateTime(value: string | number): string | null {
  const seconds = Number(value);
  return seconds <= 0 || seconds > lastSecond ? null : new Date(seconds * 1000).toISOString();
}

/** Null while there is no end; clocks that disagree do not make it negative. */
function secondsBetween(start: string | number, end: string | number): number | null {
  const [from, to] = [Number(start), Number(end)];
  return from <= 0 || to <= 0 ? null : Math.max(0, to - from);
}

function toFraction(part: number, whole: number): number | null {
  return whole <= 0 ? null : part / whole;
}

/** Decimal as Cuebot writes it: `4.00`. Anything else is no number that could be told. */
function toNumber(number: string): number | null {
  return /^\d+(?:\.\d+)?$/.test(number) ? Number(number) : null;
}

/** A compiled `@convert`. */
export interface Conversion {
  readonly convert: (row: Row) => unknown;
  /** A sentence for callers. */
  readonly description: string;
}

/**
 * Compiles `@convert(from: …, by: …)`: a friendly value of what the parent's own fields say. `from` holds expressions over
 * the fields, e.g. `"startTime"` or `"name strip /2"`. Reports mistakes, and answers undefined then.
 */
export function compileConversion(
  directive: Parameters<typeof readSettings>[0] & { readonly arguments?: Parameters<typeof readSettings>[1] },
  message: MessageDescriptor,
  typeName: string,
  report: Report,
): Conversion | undefined {
  const settings = readSettings(directive, directive.arguments ?? [], { from: 'texts', by: 'name' }, report);
  const name = settings.text('by') ?? '';
  const converter = Object.hasOwn(converters, name) ? converters[name] : undefined;
  if (converter === undefined) {
    const known = Object.keys(converters);
    report(
      settings.nodeOf('by'),
      `no converter is named "${name}"${didYouMean(name, known)}; there are: ${known.join(', ')}`,
    );
    return undefined;
  }
  if (!converter.to.includes(typeName)) {
    report(directive, `${name} gives ${converter.to.join(' or ')}; the field is ${typeName}`);
    return undefined;
  }
  const sources = settings.texts('from').map(({ text: source, node }, index) => {
    const expression = compileRowExpression(source, message, node, report);
    const expected = converter.from[index];
    if (expression === undefined || expected === undefined || isShaped(expression.shape, expected)) return expression;
    report(node, `${name} takes ${describeShape(expected)}; "${source}" is ${describeShape(expression.shape)}`);
    return undefined;
  });
  if (sources.length !== converter.from.length) {
    report(settings.nodeOf('from'), `${name} takes ${converter.from.length} field(s); found ${sources.length}`);
    return undefined;
  }
  const known = sources.filter((source) => source !== undefined);
  if (known.length < sources.length) return undefined;
  return {
    convert: compileConvert(known, converter.convert as Convert, typeName),
    description: converter.describe(...settings.texts('from').map(({ text: source }) => `\`${source.split(' ')[0]}\``)),
  };
}

type Convert = (...values: unknown[]) => unknown;

function compileConvert(sources: readonly Expression<Row>[], convert: Convert, typeName: string) {
  // A list without anything in it is still a list.
  const isUnset = typeName.startsWith('[') ? () => false : isAbsent;
  const isNonNull = typeName.endsWith('!');
  const isInt = /^Int!?$/.test(typeName);
  return (row: Row): unknown => {
    const values = sources.map(({ evaluate }) => evaluate(row));
    const value = values.some(isUnset) ? null : convert(...values);
    if (isNonNull && value === null) return fail(`there is no value, and ${typeName} must have one`);
    if (isInt && value !== null && value !== (value as number) << 0) return fail(`${value} does not fit ${typeName}`);
    return value;
  };
}

/**
 * Fails later, not at once. Where an element of a list of non-null objects fails at once, graphql-js 16 forgets the elements
 * before it that still wait for a link: if one of those fails, too, its rejection is nobody's, and ends the process.
 */
function fail(message: string): Promise<never> {
  return Promise.reject(new GraphQLError(message));
}

function isShaped(found: Shape, expected: Shape): boolean {
  return found.isList === expected.isList && fits(found.type, expected.type);
}
