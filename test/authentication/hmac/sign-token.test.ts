import { describe, expect, it } from 'vitest';

import { signToken } from '../../../src/authentication/hmac/sign-token.ts';

describe('signToken()', () => {
  it('signs as the example of the JWT site does', () => {
    // The well-known token whose secret is "your-256-bit-secret"; any JWT library verifies it.
    expect(
      signToken({ secret: 'your-256-bit-secret', claims: { sub: '1234567890', name: 'John Doe', iat: 1516239022 } }),
    ).toBe(
      'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
    );
  });

  it.each([
    ['HS256', 43],
    ['HS384', 64],
    ['HS512', 86],
  ] as const)('signs with %s', (algorithm, length) => {
    const [header, claims, signature] = signToken({ secret: 'ключ', claims: { sub: 'é' }, algorithm }).split('.');
    const parse = (segment: string) => JSON.parse(Buffer.from(segment, 'base64url').toString()) as unknown;
    expect(parse(header!)).toEqual({ alg: algorithm, typ: 'JWT' });
    expect(parse(claims!)).toEqual({ sub: 'é' });
    expect(signature).toHaveLength(length);
  });
});
