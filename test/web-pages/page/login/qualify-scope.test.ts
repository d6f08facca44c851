import { describe, expect, it } from 'vitest';

import { qualifyScope } from '../../../../src/web-pages/page/login/qualify-scope.ts';

describe('qualifyScope()', () => {
  it.each<[scope: string, configured: readonly string[], expected: string]>([
    ['cue:operate', ['openid', 'cue:read'], 'cue:operate'],
    ['cue:operate', [], 'cue:operate'],
    ['cue:operate', ['openid', 'offline_access', 'api://6731de76/access'], 'api://6731de76/cue:operate'],
    ['cue:operate', ['https://studio.example/auth/farm.read'], 'https://studio.example/auth/cue:operate'],
    ['api://other/write', ['api://6731de76/access'], 'api://other/write'],
  ])('asks for %s beside %j as %s', (scope, configured, expected) => {
    expect(qualifyScope(scope, configured)).toBe(expected);
  });
});
