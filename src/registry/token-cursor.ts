import type { RegistryProblem } from './registry-error.ts';
import type { Token } from './tokenize-proto.ts';

/** Reads tokens one by one and says what was expected instead; the grammar itself is in `parse-proto-file.ts`. */
export interface TokenCursor {
  peek(): Token;
  next(): Token;
  /** Whether the next token is this symbol or name. */
  at(text: string): boolean;
  /** Skips this symbol or name when it is next; says whether it was. */
  take(text: string): boolean;
  /** Skips this symbol or name. A missing `;` is reported and otherwise forgiven. */
  expect(text: string): Token;
  /** Reads a name without dots; `what` describes it in errors, e.g. "the name of a field". */
  name(what: string): string;
  /** Reads a name with or without dots. */
  reference(what: string): string;
  integer(what: string): number;
  /** Reads one or more string literals as one. */
  string(what: string): string;
  /** Reads `{ … }`; after a problem the next item is read as if nothing had happened. Returns the opening brace. */
  block(what: string, item: () => void): Token;
  /** Reads one item; a problem in it ends only the item. */
  item(read: () => void): void;
  /** Skips `{ … }` or `[ … ]` with everything inside. */
  skipBalanced(): void;
  report(line: number, message: string): void;
  /** Reports what stands here instead of what was expected, and leaves the item. */
  fail(expected: string): never;
}

/** Leaves an item that cannot be read; it is always reported already. */
class Unreadable extends Error {}

/** A cursor at the first of a file's tokens. */
export function createTokenCursor(tokens: readonly Token[], file: string, problems: RegistryProblem[]): TokenCursor {
  const last = tokens.length - 1;
  let position = 0;
  let ended = false;

  const peek = (): Token => tokens[position]!;
  const next = (): Token => tokens[position < last ? position++ : last]!;
  const at = (text: string): boolean => peek().text === text && (peek().kind === 'symbol' || peek().kind === 'name');
  const take = (text: string): boolean => at(text) && next() !== undefined;
  const report = (line: number, message: string): void => {
    problems.push({ file, line, message });
  };

  const fail: TokenCursor['fail'] = (expected) => {
    const { kind, text, line } = peek();
    if (!(kind === 'end' && ended))
      report(line, `found ${kind === 'end' ? text : JSON.stringify(text)}, expected ${expected}`);
    ended ||= kind === 'end';
    throw new Unreadable();
  };

  const expect = (text: string): Token => {
    if (at(text)) return next();
    const previous = tokens[Math.max(position - 1, 0)]!;
    if (text !== ';' || peek().kind === 'symbol') return fail(JSON.stringify(text));
    report(previous.line, `";" is missing after ${JSON.stringify(previous.text)}`);
    return previous;
  };

  const reference = (what: string): string => (peek().kind === 'name' ? next().text : fail(what));
  const name = (what: string): string => (peek().text.includes('.') ? fail(what) : reference(what));

  const integer = (what: string): number => {
    const sign = at('-') ? next().text : '';
    const { kind, text } = peek();
    if (kind !== 'number' || !/^(?:0|[1-9]\d*|0[0-7]+|0[xX][0-9A-Fa-f]+)$/.test(text)) return fail(what);
    next();
    const value = /^0[0-7]/.test(text) ? Number.parseInt(text, 8) : Number(text);
    return sign === '' || value === 0 ? value : -value;
  };

  const string = (what: string): string => {
    if (peek().kind !== 'string') return fail(what);
    let text = next().text;
    while (peek().kind === 'string') text += next().text;
    return text;
  };

  const skipBalanced = (): void => {
    let depth = 0;
    do {
      if (at('{') || at('[')) depth++;
      else if (at('}') || at(']')) depth--;
      if (peek().kind === 'end') fail('"}"');
      next();
    } while (depth > 0);
  };

  /** Skips to where the next item may begin: behind a `;` or a block, or before the brace that closes this block. */
  const recover = (): void => {
    while (peek().kind !== 'end' && !at('}')) {
      if (take(';')) return;
      if (at('{')) {
        skipBalanced();
        return;
      }
      next();
    }
  };

  const item = (read: () => void): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      try {
        recover();
      } catch (unclosed) {
        if (!(unclosed instanceof Unreadable)) throw unclosed;
      }
    }
  };

  const block = (what: string, read: () => void): Token => {
    const open = expect('{');
    while (!take('}')) {
      if (peek().kind === 'end') return fail(`"}" to close ${what}, opened in line ${open.line}`);
      if (!take(';')) item(read);
    }
    return open;
  };

  return { peek, next, at, take, expect, name, reference, integer, string, block, item, skipBalanced, report, fail };
}
