import type { RegistryProblem } from './registry-error.ts';

/** A word of a `.proto` file. Dotted names are one token. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  /** As written; of a string: its value. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The raw comment of the declaration that begins here. */
  leading: string;
  /** The raw comment behind the declaration, or the head of a block, that ends here. */
  trailing: string;
}

const blanks = /[ \t\r\f\v]*/y;
const name = /\.?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const number = /(?:0[xX][0-9A-Fa-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[A-Za-z0-9_]*/y;
const string = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/y;
const escape = /\\(?:[xX]([0-9A-Fa-f]{1,2})|([0-7]{1,3})|u([0-9A-Fa-f]{4})|(.))/g;
const letterEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Cuts a `.proto` file into tokens, ending with one of kind `end`. What cannot be a token is reported and left out.
 *
 * Comments are attached as protoc attaches them, so that a file and the descriptor set compiled from it say the same:
 * after `;`, `{` and `}` a comment on the same line, or one that a blank line or the block's end parts from what follows,
 * trails; the last one that touches the next declaration leads it; all others belong to nobody.
 * Source: `Tokenizer::NextWithComments` in https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/io/tokenizer.h
 */
export function tokenizeProto(source: string, file: string): { tokens: Token[]; problems: RegistryProblem[] } {
  const tokens: Token[] = [];
  const problems: RegistryProblem[] = [];
  let offset = source.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset;
    const found = pattern.exec(source);
    if (found !== null) offset = pattern.lastIndex;
    return found;
  };

  /** Reads a comment, the newline behind a `//` included; undefined when there is none here. */
  const readComment = (): { text: string; block: boolean } | undefined => {
    if (source.startsWith('//', offset)) {
      const end = source.indexOf('\n', offset);
      const text = source.slice(offset + 2, end === -1 ? source.length : end + 1);
      offset = end === -1 ? source.length : end + 1;
      line++;
      return { text, block: false };
    }
    if (!source.startsWith('/*', offset)) return undefined;
    let end = source.indexOf('*/', offset + 2);
    if (end === -1) {
      problems.push({ file, line, message: 'this comment is never closed: "*/" is missing' });
      end = source.length;
    }
    const text = source.slice(offset + 2, end);
    offset = Math.min(end + 2, source.length);
    line += text.split('\n').length - 1;
    return { text: text.replace(/\n[ \t\r\f\v]*\*?/g, '\n'), block: true };
  };

  /** Skips white space and comments that no declaration owns. */
  const skipBlank = (): void => {
    for (;;) {
      match(blanks);
      if (source[offset] === '\n') {
        offset++;
        line++;
      } else if (readComment() === undefined) return;
    }
  };

  /** Skips white space and comments after a declaration; returns the comment that leads the next one. */
  const readComments = (previous: Token | undefined): string => {
    let pending: { text: string; block: boolean } | undefined;
    let mayTrail = previous !== undefined;
    const settle = (): void => {
      if (pending === undefined) return;
      if (mayTrail && previous !== undefined) previous.trailing = pending.text;
      mayTrail = false;
      pending = undefined;
    };
    if (previous !== undefined) {
      match(blanks);
      pending = readComment();
      if (pending === undefined && source[offset] !== '\n') return '';
      if (pending?.block) match(blanks);
      if (pending === undefined || (pending.block && source[offset] === '\n')) {
        offset++;
        line++;
      }
      settle();
    }
    for (;;) {
      match(blanks);
      const comment = readComment();
      if (comment !== undefined) {
        if (comment.block || pending?.block) settle();
        pending =
          comment.block || pending === undefined ? comment : { text: pending.text + comment.text, block: false };
        if (comment.block) {
          match(blanks);
          if (source[offset] === '\n') {
            offset++;
            line++;
          }
        }
      } else if (source[offset] === '\n') {
        offset++;
        line++;
        settle();
        mayTrail = false;
      } else {
        if (offset >= source.length || source[offset] === '}') settle();
        return pending?.text ?? '';
      }
    }
  };

  const push = (kind: Token['kind'], text: string, leading: string): Token => {
    const token: Token = { kind, text, line, leading, trailing: '' };
    tokens.push(token);
    return token;
  };

  let leading = readComments(undefined);
  while (offset < source.length) {
    let found: RegExpExecArray | null;
    let ended: Token | undefined;
    if ((found = match(name)) !== null) push('name', found[0], leading);
    else if ((found = match(number)) !== null) push('number', found[0], leading);
    else if ((found = match(string)) !== null) push('string', unescapeString(found[1] ?? found[2] ?? ''), leading);
    else {
      const symbol = String.fromCodePoint(source.codePointAt(offset)!);
      offset += symbol.length;
      if (symbol === '"' || symbol === "'") {
        problems.push({ file, line, message: `this string is never closed: ${symbol} is missing` });
        const end = source.indexOf('\n', offset);
        offset = end === -1 ? source.length : end;
      } else if (!'{}[]()<>=;:,-+/'.includes(symbol)) {
        problems.push({
          file,
          line,
          message: `found ${JSON.stringify(symbol)}, which no .proto file may contain here`,
        });
      } else {
        const token = push('symbol', symbol, leading);
        if (symbol === ';' || symbol === '{' || symbol === '}') ended = token;
      }
    }
    leading = '';
    if (ended === undefined) skipBlank();
    else leading = readComments(ended);
  }
  push('end', 'the end of the file', '');
  return { tokens, problems };
}

function unescapeString(text: string): string {
  return text.replace(escape, (_, hex?: string, octal?: string, unicode?: string, letter = '') => {
    if (hex !== undefined || unicode !== undefined)
      return String.fromCharCode(Number.parseInt(hex ?? unicode ?? '', 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return letterEscapes[letter] ?? letter;
  });
}
