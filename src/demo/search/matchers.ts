import { refusedValue } from '../wire/cuebot-error.ts';

/** The test that SQL's `LIKE '%word%'` makes: `%` and `_` in the word are wildcards, a backslash escapes. */
export function compileLike(word: string): (text: string) => boolean {
  let source = '';
  for (let index = 0; index < word.length; index++) {
    const character = word[index]!;
    if (character === '%') source += '.*';
    else if (character === '_') source += '.';
    else if (character === '\\' && index + 1 < word.length) source += escapeForRegExp(word[++index]!);
    else source += escapeForRegExp(character);
  }
  const pattern = new RegExp(source, 's');
  return (text) => pattern.test(text);
}

// What PostgreSQL writes differently from JavaScript, outside of bracket expressions.
const ESCAPES: Readonly<Record<string, string>> = {
  m: '(?<!\\w)(?=\\w)',
  M: '(?<=\\w)(?!\\w)',
  y: '\\b',
  Y: '\\B',
  A: '^',
  Z: '$',
};

const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/**
 * The test that PostgreSQL's `~` makes: unanchored, case-sensitive unless the pattern begins with `(?i)`. Translates the
 * differences that people meet (character classes, word boundaries); a pattern that does not compile is refused with the
 * statement in the text, as Cuebot shows it.
 */
export function compileRegex(pattern: string, statement: string): (text: string) => boolean {
  const caseless = pattern.startsWith('(?i)');
  const source = (caseless ? pattern.slice(4) : pattern)
    .replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replace(/\\([mMyYAZ])/g, (_whole, letter: string) => ESCAPES[letter]!);
  try {
    const compiled = new RegExp(source, caseless ? 'is' : 's');
    return (text) => compiled.test(text);
  } catch (error) {
    throw refusedValue(statement, `invalid regular expression: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const text = String(error);
  if (/group|parenthes/i.test(text)) return 'parentheses () not balanced';
  if (/character class/i.test(text)) return 'brackets [] not balanced';
  if (/nothing to repeat|quantifier/i.test(text)) return 'quantifier operand invalid';
  return 'invalid escape \\ sequence';
}

function escapeForRegExp(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** A test that holds when the key is one of the values, and always when there are none. Exact and case-sensitive. */
export function isAmong<Row>(values: readonly string[], keyOf: (row: Row) => string): (row: Row) => boolean {
  if (values.length === 0) return () => true;
  const wanted = new Set(values);
  return (row) => wanted.has(keyOf(row));
}

/** A test that holds when one of the tests does, and always when there are none. */
export function anyOf(tests: readonly ((text: string) => boolean)[]): (text: string) => boolean {
  if (tests.length === 0) return () => true;
  return (text) => tests.some((test) => test(text));
}
