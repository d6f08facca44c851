import { describe, expect, it } from 'vitest';

import { GatewayError } from '../../src/rpc/gateway-error.ts';
import { measureIdentify } from '../../src/rpc/measure-identify.ts';
import { identityOf } from '../identity.ts';

const expired = new GatewayError('UNAUTHENTICATED', 'too late', { origin: 'credentials', reason: 'TOKEN_EXPIRED' });
const credentials = { authorization: 'Bearer x' };

describe('measureIdentify()', () => {
  it('gives at once what is known at once', () => {
    const reasons: string[] = [];
    const identity = identityOf('ann');
    expect(
      measureIdentify(
        () => identity,
        (reason) => reasons.push(reason),
      )(credentials),
    ).toBe(identity);
    expect(reasons).toEqual([]);
  });

  it('waits for what has to be asked', async () => {
    const identity = identityOf('ann');
    await expect(
      measureIdentify(
        async () => identity,
        () => {},
      )(credentials),
    ).resolves.toBe(identity);
  });

  it('tells why credentials did not suffice, at once or later, and passes the error on', async () => {
    const reasons: string[] = [];
    const fail = () => {
      throw expired;
    };
    const now = measureIdentify(fail, (reason) => reasons.push(`now ${reason}`));
    expect(() => now(credentials)).toThrow(expired);
    const later = measureIdentify(
      async () => fail(),
      (reason) => reasons.push(`later ${reason}`),
    );
    await expect(later(credentials)).rejects.toBe(expired);
    expect(reasons).toEqual(['now TOKEN_EXPIRED', 'later TOKEN_EXPIRED']);
  });
});
