import {
  at,
  expect,
  fail,
  next,
  peek,
  readReference,
  readString,
  skipBalanced,
  take,
  type TokenCursor,
} from './token-cursor.ts';

/** Options by name, as written; of aggregates only the name is kept. */
export type Options = ReadonlyMap<string, string>;

const noOptions: Options = new Map();

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

function parseOption(cursor: TokenCursor, options: Map<string, string>): void {
  let name = '';
  do {
    const custom = take(cursor, '(');
    const part = readReference(cursor, 'the name of an option');
    if (custom) expect(cursor, ')');
    name += custom ? `(${part})` : part;
  } while (!at(cursor, '=') && peek(cursor).kind !== 'end');
  expect(cursor, '=');
  options.set(name, parseOptionValue(cursor));
}

function parseOptionValue(cursor: TokenCursor): string {
  if (at(cursor, '{')) {
    skipBalanced(cursor);
    return '{}';
  }
  const { kind } = peek(cursor);
  if (kind === 'string') return readString(cursor, 'a value');
  const sign = at(cursor, '-') || at(cursor, '+') ? next(cursor).text : '';
  if (peek(cursor).kind !== 'name' && peek(cursor).kind !== 'number') fail(cursor, 'a value');
  return sign + next(cursor).text;
}

/** The presence that a feature of edition 2023 chooses. Source: https://protobuf.dev/editions/features/#field_presence */
export function parsePresence(options: Options): 'implicit' | 'explicit' | undefined {
  const feature = options.get('features.field_presence');
  return feature === undefined ? undefined : feature === 'IMPLICIT' ? 'implicit' : 'explicit';
}

/** Edition 2023 can ask for the wire format of groups. Source: https://protobuf.dev/editions/features/#message_encoding */
export function isDelimited(options: Options): boolean {
  return options.get('features.message_encoding') === 'DELIMITED';
}
