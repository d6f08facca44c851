import { describe, expect, it } from 'vitest';

import { chooseByKey, chooseByLoad, fittest } from '../../../src/pipeline/placement/choose-destination.ts';
import { Destination, type Fitness } from '../../../src/pipeline/placement/destination.ts';

/** A Cuebot with so many calls in its lane. */
const at = (name: string, fitness: Fitness = 'ready', load = 0) =>
  new Destination({
    name,
    fitness: () => fitness,
    lanes: { loadOf: () => load, turnAwayWaiting: () => undefined },
  });
const names = (found: readonly Destination[]) => found.map(({ name }) => name);

describe('fittest()', () => {
  it.each<[string, readonly Fitness[], string]>([
    ['those that are ready', ['doubtful', 'ready', 'last-resort', 'ready'], 'b d'],
    ['those that may be, where none is', ['last-resort', 'doubtful', 'unfit', 'doubtful'], 'b d'],
    ['those that did not answer, rather than none', ['unfit', 'last-resort'], 'b'],
    ['none that is unfit', ['unfit', 'unfit'], ''],
  ])('gives %s', (_, fitnesses, expected) => {
    const destinations = fitnesses.map((fitness, index) => at('abcd'[index]!, fitness));
    expect(names(fittest(destinations, undefined)).join(' ')).toBe(expected);
  });

  it('leaves one out, whatever it is', () => {
    const [first, second] = [at('a'), at('b', 'last-resort')];
    expect(names(fittest([first, second], first))).toEqual(['b']);
  });
});

describe('chooseByKey()', () => {
  const three = [at('a:1'), at('b:1'), at('c:1')];
  const keys = Array.from({ length: 300 }, (_, index) => `job ${index}`);
  const ownerOf = (destinations: readonly Destination[]) => (key: string) => chooseByKey(destinations, key)!.name;

  it('depends on names alone, and spreads keys', () => {
    const owners = keys.map(ownerOf(three));
    expect(keys.map(ownerOf([...three].reverse()))).toEqual(owners);
    for (const { name } of three) expect(owners.filter((owner) => owner === name).length).toBeGreaterThan(60);
  });

  it('moves only the keys of the one that leaves', () => {
    for (const key of keys) {
      const before = ownerOf(three)(key);
      const after = ownerOf(three.slice(1))(key);
      if (before !== 'a:1') expect(after).toBe(before);
    }
  });

  it('finds nobody among nobody', () => expect(chooseByKey([], 'key')).toBeUndefined());
});

describe('chooseByLoad()', () => {
  it('takes the free lane, else the shortest queue', () => {
    expect(chooseByLoad([at('a', 'ready', 2), at('b'), at('c', 'ready', 1)], 'job', 0)?.name).toBe('b');
    expect(chooseByLoad([at('a', 'ready', 5), at('b', 'ready', 3)], 'job', 1)?.name).toBe('b');
  });

  it('takes turns among equals, whatever their lanes hold where a call needs none', () => {
    const both = [at('a', 'ready', 9), at('b')];
    expect([0, 1, 2, 3].map((turn) => chooseByLoad(both, undefined, turn)?.name)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('finds nobody among nobody', () => expect(chooseByLoad([], 'job', 7)).toBeUndefined());
});
