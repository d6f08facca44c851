import { describe, expect, it } from 'vitest';

import { nearestName } from '../../src/errors/did-you-mean.ts';

const candidates = ['Frame', 'Group', 'Job', 'Jobs', 'Layer', 'NestedJob'];

const cases: readonly (readonly [what: string, name: string, nearest: string | undefined])[] = [
  ['the name itself', 'Layer', 'Layer'],
  ['other letter case', 'nestedjob', 'NestedJob'],
  ['a lost letter', 'Layr', 'Layer'],
  ['an additional letter', 'Frrame', 'Frame'],
  ['a wrong letter', 'Gruup', 'Group'],
  ['swapped letters', 'Jbo', 'Job'],
  ['two mistakes in a long name', 'NetsedJbo', 'NestedJob'],
  ['two mistakes in a short name', 'Jxx', undefined],
  ['something else entirely', 'Allocation', undefined],
  ['nothing', '', undefined],
];

describe('nearestName()', () => {
  it.each(cases)('knows %s', (_what, name, nearest) => {
    expect(nearestName(name, candidates)).toBe(nearest);
  });

  it('prefers the nearer name, then the first in order, wherever they stand', () => {
    expect(nearestName('Jobz', ['Jobs', 'Job', 'Jobz2', 'Jobe'])).toBe('Job');
    expect(nearestName('Jobz', ['Jobe', 'Jobz2', 'Job', 'Jobs'])).toBe('Job');
    expect(nearestName('Jobss', ['Job', 'Jobs'])).toBe('Jobs');
  });

  it('has no answer without candidates', () => {
    expect(nearestName('Job', [])).toBeUndefined();
  });
});
