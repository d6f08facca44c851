import { type ProtoScanner, readComments, skipBlanks } from './proto-scanner.ts';
import type { RegistryProblem } from '../registry-error.ts';

/** A word of a `.proto` file. */
export interface Token {
  /** A `name` may have dots. */
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  /** As written; of a string: its value. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The raw comment of the declaration that begins with this token. */
  readonly leading: string;
  /** The raw comment behind the declaration, or the head of a block, that ends with this token. */
  trailing: string;
}

const name = /\.?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const number = /(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[A-Za-z0-9_]*/y;
const string = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;
const symbols: ReadonlySet<string> = new Set('{}[]()<>=;:,-+/.');
const escapes = /\\(?:[xX]([0-9A-Fa-f]{1,2})|([0-7]{1,3})|u([0-9A-Fa-f]{4})|(.))/g;
const letterEscapes: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/**
 * Cuts a `.proto` file into tokens; the last one is of kind `end`. What cannot be a token is reported and left out.
 * Lexical rules: https://protobuf.dev/reference/protobuf/proto3-spec/#lexical_elements
 */
export function tokenizeProto(source: string, file: string): { tokens: Token[]; problems: RegistryProblem[] } {
  const scanner: ProtoScanner = { source, file, problems: [], offset: source.startsWith('\uFEFF') ? 1 : 0, line: 1 };
  const tokens: Token[] = [];
  let { leading } = readComments(scanner, true);
  while (scanner.offset < source.length) {
    const token = readToken(scanner, leading);
    leading = '';
    if (token?.kind === 'symbol' && (token.text === ';' || token.text === '{' || token.text === '}')) {
      const between = readComments(scanner, false);
      token.trailing = between.trailing;
      leading = between.leading;
    } else skipBlanks(scanner);
    if (token !== undefined) tokens.push(token);
  }
  tokens.push({ kind: 'end', text: 'the end of the file', line: scanner.line, leading: '', trailing: '' });
  return { tokens, problems: scanner.problems };
}

/** Reads the token that begins here; undefined when it is no token, which is reported and skipped. */
function readToken(scanner: ProtoScanner, leading: string): Token | undefined {
  const { source, offset, line } = scanner;
  const first = source[offset]!;
  if (match(name, scanner))
    return { kind: 'name', text: source.slice(offset, scanner.offset), line, leading, trailing: '' };
  if (match(number, scanner))
    return { kind: 'number', text: source.slice(offset, scanner.offset), line, leading, trailing: '' };
  if (match(string, scanner)) {
    return {
      kind: 'string',
      text: unescapeString(source.slice(offset + 1, scanner.offset - 1)),
      line,
      leading,
      trailing: '',
    };
  }
  if (symbols.has(first)) {
    scanner.offset++;
    return { kind: 'symbol', text: first, line, leading, trailing: '' };
  }
  reportNoToken(scanner);
  return undefined;
}

function match(pattern: RegExp, scanner: ProtoScanner): boolean {
  pattern.lastIndex = scanner.offset;
  if (!pattern.test(scanner.source)) return false;
  scanner.offset = pattern.lastIndex;
  return true;
}

function unescapeString(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(escapes, (_, hex?: string, octal?: string, unicode?: string, letter = '') => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (letter !== '') return letterEscapes.get(letter) ?? letter;
    return String.fromCharCode(Number.parseInt(hex ?? unicode ?? '', 16));
  });
}

function reportNoToken(scanner: ProtoScanner): void {
  const { source, offset, line, file } = scanner;
  const character = String.fromCodePoint(source.codePointAt(offset)!);
  if (character === '"' || character === "'") {
    const newline = source.indexOf('\n', offset);
    scanner.offset = newline === -1 ? source.length : newline;
    scanner.problems.push({ file, line, message: `this string is never closed: ${character} is missing` });
  } else {
    scanner.offset += character.length;
    scanner.problems.push({
      file,
      line,
      message: `found the character ${JSON.stringify(character)}, which has no meaning here`,
    });
  }
}
