import { describe, expect, it } from 'vitest';

import { GatewayError } from '../../src/call/gateway-error.ts';
import { createDatabaseComparison } from '../../src/upstream/compare-databases.ts';
import { method, replyOf } from '../pipeline/calls.ts';

/** A server that gives these answers, one after the other and then the last one; `away`: none. */
const server = (...answers: readonly (readonly number[] | 'away')[]) => {
  const left = [...answers];
  return {
    ask: async () => {
      const answer = left.length > 1 ? left.shift()! : left[0]!;
      if (answer === 'away') throw new GatewayError('UNAVAILABLE', 'away');
      return replyOf(...answer);
    },
  };
};
const compare = () =>
  createDatabaseComparison({ method: method('ListShelves'), read: (reply) => [...reply].map(String) });

describe('createDatabaseComparison()', () => {
  it.each<[string, readonly number[], readonly number[], boolean]>([
    ['the same ids in another order', [1, 2, 3], [3, 1, 2], true],
    ['one more', [1, 2, 3], [1, 2], false],
    ['only what every fresh database has', [1, 8, 9], [1, 2, 3], false],
    ['nothing at all, both', [], [], true],
  ])('compares with a server in use: %s', async (_, candidate, reference, expected) => {
    expect(await compare()(server(candidate), server(reference))).toBe(expected);
  });

  it('is not misled by what is added between two answers', async () => {
    expect(await compare()(server([1, 2], [1, 2, 3]), server([1, 2, 3]))).toBe(true);
  });

  it('takes the first one for the right one, and then what was seen where nobody else answers', async () => {
    const isSame = compare();
    expect(await isSame(server([1, 2, 3]), undefined)).toBe(true);
    expect(await isSame(server([1, 8, 9]), server('away'))).toBe(false);
    expect(await isSame(server([1, 2, 4]), server('away'))).toBe(true);
    expect(await isSame(server([1, 2, 3]), undefined)).toBe(true);
  });

  it('does not know of one that does not answer', async () => {
    expect(await compare()(server('away'), server([1]))).toBeUndefined();
  });
});
