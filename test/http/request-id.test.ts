import { describe, expect, it } from 'vitest';

import { requestIdOf } from '../../src/http/request-id.ts';

describe('requestIdOf()', () => {
  it.each(['a', 'req-1.2_3', '0af7651916cd43dd8448eb211c80319c', 'x'.repeat(128)])('takes %j over', (offered) => {
    expect(requestIdOf(offered)).toBe(offered);
  });

  it.each([undefined, '', ' ', 'a b', 'a\nb', 'a"b', '<b>', 'é', 'x'.repeat(129), ['a', 'b']])(
    'makes a new one instead of %j',
    (offered) => {
      expect(requestIdOf(offered)).toMatch(/^[0-9a-f-]{36}$/);
      expect(requestIdOf(offered)).not.toBe(requestIdOf(offered));
    },
  );
});
