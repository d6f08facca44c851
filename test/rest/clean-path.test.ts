import { describe, expect, it } from 'vitest';

import { cleanPath, escapedPathOf, escapePath } from '../../src/rest/clean-path.ts';

describe('cleanPath()', () => {
  it.each([
    ['', '/'],
    ['/', '/'],
    ['//', '/'],
    ['/a', '/a'],
    ['/a/', '/a/'],
    ['/a//', '/a/'],
    ['//a//b', '/a/b'],
    ['/./a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/..', '/'],
    ['/a/b/..', '/a'],
    ['/a/b/../', '/a/'],
    ['/../../a', '/a'],
    ['/...', '/...'],
    ['/.a', '/.a'],
    ['/%2e%2e/x', '/%2e%2e/x'],
    ['a', '/a'],
  ])('turns %j into %j', (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });
});

describe('escapedPathOf()', () => {
  it.each([
    ['/a.b/C-d_e~f', '/a.b/C-d_e~f'],
    ["/!$&'()*+,;=:@[]", "/!$&'()*+,;=:@[]"],
    ['/a%2Fb', '/a%2Fb'],
    ['/<', '/%3C'],
    ['/%41<', '/A%3C'],
    ['/a b', '/a%20b'],
  ])('escapes %j as %j', (path, escaped) => {
    expect(escapedPathOf(path)).toBe(escaped);
  });

  it.each(['/%', '/%z', '/%4', '/%zz<'])('finds the escape in %j broken', (path) => {
    expect(escapedPathOf(path)).toBeUndefined();
  });
});

describe('escapePath()', () => {
  it('escapes per cent signs, too', () => {
    expect(escapePath('/a%20b?"\xe4')).toBe('/a%2520b%3F%22%E4');
  });
});
