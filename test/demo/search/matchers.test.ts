import { describe, expect, test } from 'vitest';

import { compileLike, compileRegex } from '../../../src/demo/search/matchers.ts';

describe('compileLike()', () => {
  test.each([
    ['beauty', 'demo-sh010-ann_beauty_v003', true],
    ['Beauty', 'demo-sh010-ann_beauty_v003', false],
    ['sh%v003', 'demo-sh010-ann_beauty_v003', true],
    ['sh_10', 'demo-sh010', true],
    ['sh_20', 'demo-sh010', false],
    ['50\\%', 'at 50% now', true],
    ['50\\%', 'at 505 now', false],
    ['a.c', 'abc', false],
    ['', 'anything', true],
    ['tail\\', 'tail\\', true],
  ])('%j in %j is %s', (word, text, expected) => {
    expect(compileLike(word)(text)).toBe(expected);
  });
});

describe('compileRegex()', () => {
  test.each([
    ['^demo', 'demo-sh010', true],
    ['sh0[12]0', 'demo-sh020', true],
    ['DEMO', 'demo', false],
    ['(?i)DEMO', 'demo', true],
    ['v[[:digit:]]+$', 'beauty_v003', true],
    ['^[^[:alpha:]]', 'beauty', false],
    ['\\msh', 'demo sh010', true],
    ['\\yh', 'demo sh010', false],
    ['a|b', 'xbx', true],
  ])('%j finds %j: %s', (pattern, text, expected) => {
    expect(compileRegex(pattern, 'SELECT')(text)).toBe(expected);
  });

  test.each([
    ['(', 'parentheses () not balanced'],
    ['[', 'brackets [] not balanced'],
    ['*', 'quantifier operand invalid'],
  ])('refuses %j with the statement', (pattern, reason) => {
    const error = `PreparedStatementCallback; SQL [SELECT 1]; ERROR: invalid regular expression: ${reason}; nested exception is org.postgresql.util.PSQLException: ERROR: invalid regular expression: ${reason}`;
    expect(() => compileRegex(pattern, 'SELECT 1')).toThrow(
      expect.objectContaining({
        code: 13,
        message: `org.springframework.dao.DataIntegrityViolationException: ${error}\n${error}`,
      }),
    );
  });
});
