import { describe, expect, it } from 'vitest';

import { type ClaimNames, readUid, readUser, scopesOf, standardClaimNames } from '../../src/authentication/claims.ts';

const names = (more: Partial<ClaimNames>): ClaimNames => ({ ...standardClaimNames, ...more });

describe('readUser()', () => {
  it.each<[names: Partial<ClaimNames>, claims: Record<string, unknown>, expected: object]>([
    [{}, { sub: 'ann' }, { claim: 'sub', name: 'ann' }],
    [{}, {}, { claim: 'sub', name: undefined }],
    [{}, { sub: '' }, { claim: 'sub', name: undefined }],
    [{}, { sub: 7 }, { claim: 'sub', name: undefined }],
    [{ user: ['name', 'azp'] }, { name: 'ann', azp: 'tool' }, { claim: 'name', name: 'ann' }],
    [{ user: ['name', 'azp'] }, { azp: 'tool' }, { claim: 'azp', name: 'tool' }],
    [{ user: ['name', 'azp'] }, { sub: 'ann' }, { claim: 'azp', name: undefined }],
    [{ user: ['user.login'] }, { user: { login: 'ann' } }, { claim: 'user.login', name: 'ann' }],
  ])('with %j reads %j', (more, claims, expected) => {
    expect(readUser(claims, names(more))).toEqual(expected);
  });

  it.each([
    ['ann@studio.example', 'ann'],
    ['ann@Studio.EXAMPLE', 'ann'],
    ['Ann@studio.example', 'Ann'],
    ['ann', 'ann'],
    ['ann@elsewhere.example', 'ann@elsewhere.example'],
    ['ann@sub.studio.example', 'ann@sub.studio.example'],
    ['ann@notstudio.example', 'ann@notstudio.example'],
    ['ann@studio.example@elsewhere.example', 'ann@studio.example@elsewhere.example'],
    ['ann@elsewhere.example@studio.example', 'ann@elsewhere.example@studio.example'],
    ['@studio.example', '@studio.example'],
    ['studio.example', 'studio.example'],
  ])('knows %s of the domain studio.example as %s', (sub, name) => {
    expect(readUser({ sub }, names({ userDomain: 'studio.example' })).name).toBe(name);
  });
});

describe('readUid()', () => {
  it.each([
    [{ uidNumber: 1004 }, 1004],
    [{ uidNumber: '1004' }, 1004],
    [{ uidNumber: 'ann' }, undefined],
    [{ uidNumber: '' }, undefined],
    [{ uidNumber: ['1004'] }, undefined],
    [{}, undefined],
  ])('of %j is %s', (claims, uid) => {
    expect(readUid(claims, names({ uid: 'uidNumber' }))).toBe(uid);
  });

  it('finds a number inside of an object, and none where no claim is set', () => {
    expect(readUid({ posix: { uid: 7 } }, names({ uid: 'posix.uid' }))).toBe(7);
    expect(readUid({ uidNumber: 7, undefined: 8 }, names({}))).toBeUndefined();
  });
});

describe('scopesOf()', () => {
  it.each<[claims: Record<string, unknown>, scopes: readonly string[] | undefined]>([
    [{ scope: 'cue:read  cue:operate' }, ['cue:read', 'cue:operate']],
    [{ scope: ['cue:read', 7, ''] }, ['cue:read']],
    [{ scp: 'cue:read' }, ['cue:read']],
    [{ scope: null, scp: 'cue:read' }, ['cue:read']],
    [{ scope: 'cue:read', scp: null }, ['cue:read']],
    [{}, undefined],
    [{ Scope: 'cue:read' }, undefined],
    // Here the claim is there, and so the token is not one without scopes.
    [{ scope: null }, []],
    [{ scp: null }, []],
    [{ scope: null, scp: null }, []],
    [{ scope: '' }, []],
    [{ scope: ' ' }, []],
    [{ scope: [] }, []],
    [{ scope: {} }, []],
    [{ scope: 7 }, []],
    [{ scope: false }, []],
  ])('of %j are %j', (claims, scopes) => expect(scopesOf(claims)).toEqual(scopes));

  it.each<[claims: Record<string, unknown>, scopes: readonly string[] | undefined]>([
    [{ rights: { cuegate: ['cue:read'] } }, ['cue:read']],
    [{ 'rights.cuegate': 'cue:read' }, ['cue:read']],
    [{ scope: 'cue:read' }, undefined],
    [{ rights: {} }, undefined],
    [{ rights: { cuegate: null } }, []],
    [{ rights: null }, []],
    [{ rights: ['cuegate'] }, []],
    [{ rights: 'cuegate' }, []],
  ])('in rights.cuegate of %j are %j', (claims, scopes) => {
    expect(scopesOf(claims, names({ scopes: 'rights.cuegate' }))).toEqual(scopes);
  });
});
