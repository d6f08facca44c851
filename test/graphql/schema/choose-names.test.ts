import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chooseNames } from '../../../src/graphql/schema/choose-names.ts';

const claim = (owner: string, ...candidates: string[]) => ({ owner, candidates });

describe('chooseNames()', () => {
  it('gives everybody the nicest name while nobody else wants it', () => {
    const claims = [claim('job.Job', 'Job', 'JobJob'), claim('host.Host', 'Host', 'HostHost')];
    expect(chooseNames(claims, new Set())).toEqual(['Job', 'Host']);
  });

  it('lets nobody have a name that two want', () => {
    const claims = [claim('a.Book', 'Book', 'ABook'), claim('b.Book', 'Book', 'BBook'), claim('a.Pen', 'Pen', 'APen')];
    expect(chooseNames(claims, new Set())).toEqual(['ABook', 'BBook', 'Pen']);
  });

  it('moves on from a reserved name', () => {
    expect(chooseNames([claim('shop.Query', 'Query', 'ShopQuery')], new Set(['Query']))).toEqual(['ShopQuery']);
  });

  it('moves on those whom a moved claim runs into', () => {
    const claims = [claim('a.B', 'B', 'AB', 'a_B'), claim('c.B', 'B', 'CB'), claim('x.AB', 'AB', 'XAB')];
    expect(chooseNames(claims, new Set())).toEqual(['a_B', 'CB', 'XAB']);
  });

  it('says who wants a name that nobody can have', () => {
    const claims = [claim('a_b.C', 'C', 'a_b_C'), claim('a.b_C', 'C', 'a_b_C')];
    expect(() => chooseNames(claims, new Set())).toThrow(
      'a.b_C and a_b.C both need the GraphQL name "a_b_C", which is taken; rename one in the .proto files',
    );
  });

  it('says who needs a reserved name', () => {
    expect(() => chooseNames([claim('Query', 'Query')], new Set(['Query']))).toThrow(
      'Query needs the GraphQL name "Query", which is taken; rename one in the .proto files',
    );
  });

  it('does not depend on the order of the claims', () => {
    const name = fc.constantFrom('A', 'B', 'C', 'D');
    const claims = fc
      .array(fc.tuple(name, name), { maxLength: 8 })
      .map((pairs) =>
        pairs.map(([first, second], index) => claim(`owner ${index}`, first, `${first}${second}`, `unique${index}`)),
      );
    fc.assert(
      fc.property(claims, (some) => {
        const names = chooseNames(some, new Set(['D']));
        const reversed = chooseNames([...some].reverse(), new Set(['D']));
        expect([...reversed].reverse()).toEqual(names);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 200 },
    );
  });
});
