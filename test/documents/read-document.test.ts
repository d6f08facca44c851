import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

import { DocumentError, readDocument } from '../../src/documents/read-document.ts';
import { UserError } from '../../src/errors/user-error.ts';

const schema = v.strictObject({
  keys: v.optional(
    v.array(v.strictObject({ name: v.string(), level: v.picklist(['read', 'admin']), uses: v.optional(v.number()) })),
    [],
  ),
});

const read = (text: string) => readDocument({ fileName: 'keys.yaml', text }, schema);

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(error).toBeInstanceOf(DocumentError);
    return (error as Error).message;
  }
  return 'nothing was wrong';
};

describe('readDocument()', () => {
  it('gives what the schema makes of the text', () => {
    expect(read('keys:\n  - { name: nightly, level: read }\n').value).toEqual({
      keys: [{ name: 'nightly', level: 'read' }],
    });
  });

  it('takes an empty text for an empty map', () => {
    expect(read('# nothing yet\n').value).toEqual({ keys: [] });
  });

  const mistakes: readonly (readonly [text: string, message: string])[] = [
    ['kyes: []', 'line 1, column 1: kyes: is not known here; did you mean "keys"?'],
    [
      'keys:\n  - name: a\n    level: read\n    color: red',
      'line 4, column 5: keys[0].color: is not known here; there are: name, level, uses',
    ],
    ['keys:\n  - name: a\n    level: reed', 'line 3, column 5: keys[0].level: is "reed"; expected ("read" | "admin")'],
    ['keys:\n  - level: read', 'line 2, column 5: keys[0].name: is missing; expected "name"'],
    ['keys:\n  - name: 1\n    level: read', 'line 2, column 5: keys[0].name: is 1; expected string'],
    ['keys: 5', 'line 1, column 1: keys: is 5; expected Array'],
    ['[]', 'line 1, column 1: the document must be a map of keys to values'],
    ['keys: []\nkeys: []', 'line 2, column 1: Map keys must be unique'],
    ['keys: [', 'line 1, column 8: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ];

  it.each(mistakes)('says what is wrong with %j', (text, message) => {
    expect(messageOf(() => read(text))).toBe(`keys.yaml has a mistake:\n  - ${message}`);
  });

  it('tells all mistakes at once, in the order of their lines', () => {
    expect(messageOf(() => read('extra: 1\nkeys:\n  - { name: a, level: none }\n  - 7\n'))).toBe(
      [
        'keys.yaml has 3 mistakes:',
        '  - line 1, column 1: extra: is not known here; there are: keys',
        '  - line 3, column 16: keys[0].level: is "none"; expected ("read" | "admin")',
        '  - line 4, column 5: keys[1]: is 7; expected Object',
      ].join('\n'),
    );
  });

  it('places the mistakes that only a reader can see', () => {
    const { throwIfWrong } = read('keys:\n  - name: a\n    level: read\n');
    expect(messageOf(() => throwIfWrong([{ path: ['keys', 0, 'level', 'deeper'], text: 'nobody is called a' }]))).toBe(
      'keys.yaml has a mistake:\n  - line 3, column 5: nobody is called a',
    );
    expect(() => throwIfWrong([])).not.toThrow();
  });

  it('looks no key up on a prototype, and expands no alias', () => {
    expect(messageOf(() => read('constructor: {}'))).toContain('constructor: is not known here');
    expect(messageOf(() => read('keys: &all []\nother: *all'))).toContain('line 2, column 8: aliases are not taken');
  });
});
