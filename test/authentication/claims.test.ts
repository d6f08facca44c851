import { describe, expect, it } from 'vitest';

import { type ClaimNames, readUid, readUser, standardClaimNames } from '../../src/authentication/claims.ts';

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
