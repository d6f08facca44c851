import type { RegistryProblem } from '../registry-error.ts';

/** Where reading a `.proto` file has come to. */
export interface ProtoScanner {
  readonly source: string;
  readonly file: string;
  readonly problems: RegistryProblem[];
  /** Index of the next character. */
  offset: number;
  /** Of the next character, from 1. */
  line: number;
}

/** What stands between two declarations: raw comments, empty where there are none. */
export interface Between {
  /** Belongs to the declaration, or to the head of the block, that ended before. */
  readonly trailing: string;
  /** Belongs to the declaration that begins after. */
  readonly leading: string;
}

interface Comment {
  readonly text: string;
  readonly kind: 'line' | 'block';
}

const nothingBetween: Between = Object.freeze({ trailing: '', leading: '' });

/** Skips white space and comments within a declaration. These comments belong to no declaration. */
export function skipBlanks(scanner: ProtoScanner): void {
  do skipSpaces(scanner);
  while (skipNewline(scanner) || readComment(scanner) !== undefined);
}

/**
 * Skips white space and comments after `;`, `{` or `}`, or at the start of the file (`first`), and shares the comments out
 * as protoc does, so that a file and the descriptor set compiled from it say the same: a comment on the same line trails,
 * and so does one that begins on the next line, if a blank line or the end of the block follows it; the last one that
 * touches the next declaration leads it; all others belong to none. Line comments in a row are one comment.
 * Source: `NextWithComments` in https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/io/tokenizer.h
 */
export function readComments(scanner: ProtoScanner, first: boolean): Between {
  let pending: Comment | undefined;
  let trailing = '';
  let mayTrail = !first;
  /** Ends the comment that was being read: it does not lead what follows. */
  const settle = (): void => {
    if (pending === undefined) return;
    if (mayTrail) trailing = pending.text;
    mayTrail = false;
    pending = undefined;
  };

  if (!first) {
    skipSpaces(scanner);
    pending = readComment(scanner);
    if (pending === undefined && !skipNewline(scanner)) return nothingBetween;
    if (pending?.kind === 'block' && !skipRestOfLine(scanner)) {
      const next = scanner.source[scanner.offset];
      // Between two declarations on one line it could belong to either, so it belongs to none.
      if (next !== undefined && next !== '}' && next !== '/') return nothingBetween;
    }
    settle();
  }
  for (;;) {
    skipSpaces(scanner);
    const comment = readComment(scanner);
    if (comment?.kind === 'line' && pending?.kind === 'line') {
      pending = { kind: 'line', text: pending.text + comment.text };
    } else if (comment !== undefined) {
      settle();
      pending = comment;
      if (comment.kind === 'block') skipRestOfLine(scanner);
    } else if (skipNewline(scanner)) {
      settle();
      mayTrail = false;
    } else {
      const next = scanner.source[scanner.offset];
      if (next === undefined || next === '}') settle();
      return { trailing, leading: pending?.text ?? '' };
    }
  }
}

/** Reads a comment, the newline behind `//` included; undefined when none begins here. */
function readComment(scanner: ProtoScanner): Comment | undefined {
  const { source, offset } = scanner;
  if (source[offset] !== '/') return undefined;
  if (source[offset + 1] === '/') {
    const newline = source.indexOf('\n', offset);
    scanner.offset = newline === -1 ? source.length : newline + 1;
    if (newline !== -1) scanner.line++;
    return { kind: 'line', text: source.slice(offset + 2, scanner.offset) };
  }
  return source[offset + 1] === '*' ? readBlockComment(scanner) : undefined;
}

function readBlockComment(scanner: ProtoScanner): Comment {
  const { source, offset, line, file } = scanner;
  const closed = source.indexOf('*/', offset + 2);
  if (closed === -1) scanner.problems.push({ file, line, message: 'this comment is never closed: "*/" is missing' });
  const end = closed === -1 ? source.length : closed;
  const lines = source.slice(offset + 2, end).split('\n');
  scanner.offset = Math.min(end + 2, source.length);
  scanner.line += lines.length - 1;
  return {
    kind: 'block',
    text: lines.map((text, index) => (index === 0 ? text : text.replace(/^\s*\*?/, ''))).join('\n'),
  };
}

/** Skips white space on this line. */
function skipSpaces(scanner: ProtoScanner): void {
  const { source } = scanner;
  let { offset } = scanner;
  while (isSpace(source.charCodeAt(offset))) offset++;
  scanner.offset = offset;
}

/** Space, tab, vertical tab, form feed or carriage return. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || (code >= 0x0b && code <= 0x0d);
}

/** Skips a newline that stands here; says whether one did. */
function skipNewline(scanner: ProtoScanner): boolean {
  if (scanner.source[scanner.offset] !== '\n') return false;
  scanner.offset++;
  scanner.line++;
  return true;
}

/** Skips the newline behind a block comment, which makes no blank line; says whether nothing else was behind it. */
function skipRestOfLine(scanner: ProtoScanner): boolean {
  skipSpaces(scanner);
  return skipNewline(scanner);
}
