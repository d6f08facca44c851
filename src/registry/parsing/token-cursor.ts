import type { RegistryProblem } from '../registry-error.ts';
import type { Token } from './tokenize-proto.ts';

/** Where parsing a file has come to. The functions below read from it; the grammar is in `parse-proto-file.ts`. */
export interface TokenCursor {
  /** Ends with the one of kind `end`, which is never passed. */
  readonly tokens: readonly Token[];
  readonly file: string;
  readonly problems: RegistryProblem[];
  /** Index of the next token. */
  position: number;
  /** Whether the file was found to end too early; said once, though every open block notices. */
  endReported: boolean;
}

/** Leaves an item that cannot be read; the problem is reported already. */
class Unreadable extends Error {}

/** The next token, which stays the next one. */
export function peek(cursor: TokenCursor): Token {
  return cursor.tokens[cursor.position]!;
}

/** Reads any token. */
export function next(cursor: TokenCursor): Token {
  const token = peek(cursor);
  if (token.kind !== 'end') cursor.position++;
  return token;
}

/** Whether the next token, or the one `ahead` of it, is this symbol or name. */
export function at(cursor: TokenCursor, text: string, ahead = 0): boolean {
  const token = cursor.tokens[cursor.position + ahead] ?? cursor.tokens.at(-1)!;
  return token.text === text && (token.kind === 'symbol' || token.kind === 'name');
}

/** Reads this symbol or name when it is next; says whether it was. */
export function take(cursor: TokenCursor, text: string): boolean {
  const taken = at(cursor, text);
  if (taken) next(cursor);
  return taken;
}

/** Reads this symbol or name. A `;` that is merely missing is reported, and the item stays readable. */
export function expect(cursor: TokenCursor, text: string): Token {
  if (at(cursor, text)) return next(cursor);
  const previous = cursor.tokens[Math.max(cursor.position - 1, 0)]!;
  if (text !== ';' || peek(cursor).kind === 'symbol') return fail(cursor, JSON.stringify(text));
  report(cursor, previous.line, `";" is missing after ${JSON.stringify(previous.text)}`);
  return previous;
}

/** Reads a name with or without dots, and with blanks around them or not; `what` describes it, e.g. "the name of a message". */
export function readReference(cursor: TokenCursor, what: string): string {
  let text = '';
  do {
    if (take(cursor, '.')) text += '.';
    if (peek(cursor).kind !== 'name') return fail(cursor, what);
    text += next(cursor).text;
  } while (continuesName(cursor));
  return text;
}

/** Whether `.` and a name come next, in one token or in two. */
function continuesName(cursor: TokenCursor): boolean {
  const { kind, text } = peek(cursor);
  if (kind === 'name') return text.startsWith('.');
  return at(cursor, '.') && cursor.tokens[cursor.position + 1]?.kind === 'name';
}

/** Reads a name without dots. */
export function readName(cursor: TokenCursor, what: string): string {
  return peek(cursor).text.includes('.') ? fail(cursor, what) : readReference(cursor, what);
}

/** Reads a decimal, octal or hexadecimal integer with or without a minus sign. */
export function readInteger(cursor: TokenCursor, what: string): number {
  const negative = take(cursor, '-');
  const { kind, text } = peek(cursor);
  if (kind !== 'number' || !/^(?:0|[1-9]\d*|0[0-7]+|0[xX][0-9A-Fa-f]+)$/.test(text)) return fail(cursor, what);
  next(cursor);
  const value = /^0[0-7]/.test(text) ? Number.parseInt(text, 8) : Number(text);
  return negative && value !== 0 ? -value : value;
}

/** Reads one or more strings in a row as one. */
export function readString(cursor: TokenCursor, what: string): string {
  if (peek(cursor).kind !== 'string') return fail(cursor, what);
  let text = '';
  while (peek(cursor).kind === 'string') text += next(cursor).text;
  return text;
}

/** Reads `{ … }`, item by item; returns the opening brace. */
export function readBlock(cursor: TokenCursor, what: string, read: () => void): Token {
  const open = expect(cursor, '{');
  while (!take(cursor, '}')) {
    if (peek(cursor).kind === 'end') return fail(cursor, `"}" to close ${what}, opened in line ${open.line}`);
    if (!take(cursor, ';')) readItem(cursor, read);
  }
  return open;
}

/** Reads one item; after a problem in it, reading goes on behind it. */
export function readItem(cursor: TokenCursor, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    recover(cursor);
  }
}

/** Skips to where the next item may begin: behind a `;` or a block, or before the brace that closes this block. */
function recover(cursor: TokenCursor): void {
  while (peek(cursor).kind !== 'end' && !at(cursor, '}')) {
    if (take(cursor, ';')) return;
    if (at(cursor, '{')) {
      skipBalanced(cursor);
      return;
    }
    next(cursor);
  }
}

/** Skips `{ … }` or `[ … ]` with everything inside, or the rest of the file when it is never closed. */
export function skipBalanced(cursor: TokenCursor): void {
  let depth = 0;
  do {
    if (at(cursor, '{') || at(cursor, '[')) depth++;
    else if (at(cursor, '}') || at(cursor, ']')) depth--;
    next(cursor);
  } while (depth > 0 && peek(cursor).kind !== 'end');
}

/** Reports a problem; reading goes on. */
export function report(cursor: TokenCursor, line: number, message: string): void {
  cursor.problems.push({ file: cursor.file, line, message });
}

/** Reports what stands here instead of what was expected, and leaves the item. */
export function fail(cursor: TokenCursor, expected: string): never {
  const { kind, text, line } = peek(cursor);
  const isEnd = kind === 'end';
  if (!isEnd || !cursor.endReported)
    report(cursor, line, `found ${isEnd ? text : JSON.stringify(text)}, expected ${expected}`);
  cursor.endReported ||= isEnd;
  throw new Unreadable();
}
