import { chooseFeature, type FeatureChoices, type FeatureName, featureValues, noChoices } from '../features.ts';
import type { ProtoDeclaration } from '../proto-file.ts';

import { cleanComment } from './clean-comment.ts';
import {
  at,
  expect,
  fail,
  next,
  peek,
  readReference,
  readString,
  report,
  skipBalanced,
  take,
  type TokenCursor,
} from './token-cursor.ts';
import type { Token } from './tokenize-proto.ts';

/**
 * Options by name, as written. A member of an aggregate stands beside those that are set one by one:
 * `features = { field_presence: IMPLICIT }` is the option `features.field_presence`, too.
 */
export type Options = ReadonlyMap<string, string>;

const noOptions: Options = new Map();

/** The features that are looked for, under their names in options. */
const featureOptions = (Object.keys(featureValues) as FeatureName[]).map((name) => ({
  name,
  option: `features.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
}));

/** Reads what follows the keyword `option`, and adds it. */
export function parseOptionStatement(cursor: TokenCursor, options: Map<string, string>): void {
  parseOption(cursor, options);
  expect(cursor, ';');
}

/** Reads `[ … ]` when it is next. */
export function parseBracketOptions(cursor: TokenCursor): Options {
  if (!take(cursor, '[')) return noOptions;
  const options = new Map<string, string>();
  do parseOption(cursor, options);
  while (take(cursor, ','));
  expect(cursor, ']');
  return options;
}

/** What every declaration has, from its first token, the last one of its statement or of its head, and its options. */
export function declare(first: Token, end: Token, name: string, options: Options): ProtoDeclaration {
  const comment = cleanComment(first.leading) || cleanComment(end.trailing);
  return { name, line: first.line, comment, deprecated: options.get('deprecated') === 'true' };
}

/** The features among the options of a declaration that begins in `line`; a value that does not exist is reported. */
export function readFeatures(cursor: TokenCursor, line: number, options: Options): FeatureChoices {
  if (options.size === 0) return noChoices;
  let choices = noChoices;
  for (const { name, option } of featureOptions) {
    const value = options.get(option);
    if (value === undefined) continue;
    const choice = chooseFeature(name, value);
    if (choice === undefined) report(cursor, line, `found ${option} = ${value}, expected ${listValues(name)}`);
    else choices = { ...choices, ...choice };
  }
  return choices;
}

function listValues(name: FeatureName): string {
  const values = featureValues[name];
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function parseOption(cursor: TokenCursor, options: Map<string, string>): void {
  let name = '';
  do {
    if (take(cursor, '.')) name += '.';
    const custom = take(cursor, '(');
    const part = readReference(cursor, 'the name of an option');
    if (custom) expect(cursor, ')');
    name += custom ? `(${part})` : part;
  } while (!at(cursor, '=') && peek(cursor).kind !== 'end');
  expect(cursor, '=');
  if (at(cursor, '{')) parseAggregate(cursor, name, options);
  else options.set(name, parseOptionValue(cursor));
}

function parseOptionValue(cursor: TokenCursor): string {
  if (peek(cursor).kind === 'string') return readString(cursor, 'a value');
  const sign = at(cursor, '-') || at(cursor, '+') ? next(cursor).text : '';
  if (peek(cursor).kind !== 'name' && peek(cursor).kind !== 'number') fail(cursor, 'a value');
  return sign + next(cursor).text;
}

/**
 * Reads `{ … }` in protobuf's text format, and adds its members that have names of their own and single values. All else
 * (lists, extensions) is passed over: only custom options have it, and the registry reads none of those.
 * Source: https://protobuf.dev/reference/protobuf/textformat-spec/
 */
function parseAggregate(cursor: TokenCursor, name: string, options: Map<string, string>): void {
  const open = expect(cursor, '{');
  while (!take(cursor, '}')) {
    const { kind, text } = peek(cursor);
    if (kind === 'end') fail(cursor, `"}" to close option ${name}, opened in line ${open.line}`);
    if (at(cursor, '{') || at(cursor, '[')) skipBalanced(cursor);
    else next(cursor);
    if (kind !== 'name') continue;
    const member = `${name}.${text}`;
    const colon = take(cursor, ':');
    if (at(cursor, '{')) parseAggregate(cursor, member, options);
    else if (colon && !at(cursor, '[') && !at(cursor, '<')) options.set(member, parseOptionValue(cursor));
  }
}
