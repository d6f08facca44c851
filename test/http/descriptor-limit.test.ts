import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { limitToDescriptors } from '../../src/http/descriptor-limit.ts';

describe('limitToDescriptors()', () => {
  it('takes the setting where it fits', () => {
    expect(limitToDescriptors(1)()).toBe(1);
  });

  it.skipIf(process.platform !== 'linux')('takes what the system allows where that is less', () => {
    const text = readFileSync('/proc/self/limits', 'latin1');
    const allowed = Number(/^Max open files\s+(\d+)/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
    expect(limitToDescriptors(Number.MAX_SAFE_INTEGER)()).toBe(Math.min(allowed - 64, Number.MAX_SAFE_INTEGER));
  });
});
