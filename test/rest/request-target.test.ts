import { describe, expect, it } from 'vitest';

import { parseRequestTarget } from '../../src/rest/request-target.ts';

describe('parseRequestTarget()', () => {
  it.each(['/', '/a.B/C', '/a/', '/a?x=//../', '/a%2Fb', '/a/%2e%2e/b', '/a?%zz', '/.well-known', '/a;x=1', '/a#b'])(
    'leaves %s alone',
    (target) => {
      expect(parseRequestTarget('POST', target)).toEqual({ kind: 'path', url: target, host: undefined });
    },
  );

  it.each([
    ['//a', '/a'],
    ['/a//b', '/a/b'],
    ['/a/.', '/a'],
    ['/a/..', '/'],
    ['/./a?b=c', '/a?b=c'],
    ['//a?', '/a'],
    ['//a%20b?x=1', '/a%2520b?x=1'],
    ['//a?\xe9', '/a?%e9'],
    ['http://h', '/'],
    ['http://h?x=1', '/?x=1'],
    ['http://h//a?x', '/a?x'],
    ['//evil.example/%2e%2e', '/evil.example/%252e%252e'],
  ])('redirects %s to %s', (target, location) => {
    expect(parseRequestTarget('POST', target)).toEqual({ kind: 'redirect', location });
  });

  it('never redirects to another host', () => {
    for (const target of ['//evil.example', '///evil.example', '/\\evil.example//', '/.//evil.example']) {
      const parsed = parseRequestTarget('GET', target);
      expect(parsed.kind === 'redirect' ? parsed.location : '/').toMatch(/^\/(?![/\\])/);
    }
  });

  it('takes the host out of an absolute target', () => {
    expect(parseRequestTarget('POST', 'http://other:99/a?b')).toEqual({ kind: 'path', url: '/a?b', host: 'other:99' });
    expect(parseRequestTarget('POST', 'HTTPS://other/a')).toEqual({ kind: 'path', url: '/a', host: 'other' });
  });

  it('knows the server as a whole', () => {
    expect(parseRequestTarget('OPTIONS', '*')).toEqual({ kind: 'server' });
  });

  it('does not clean what CONNECT names', () => {
    expect(parseRequestTarget('CONNECT', '//a')).toEqual({ kind: 'path', url: '//a', host: undefined });
    expect(parseRequestTarget('CONNECT', 'h:443')).toEqual({ kind: 'redirect', location: '/' });
  });

  it.each(['a/b', '/%zz', '/a%', 'mailto:x'])('refuses %j', (target) => {
    expect(parseRequestTarget('POST', target)).toEqual({ kind: 'invalid' });
  });
});
