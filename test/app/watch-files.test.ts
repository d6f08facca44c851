import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { versionsOf, watchFiles } from '../../src/app/watch-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'cuegate-watch-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [one, other] = [join(folder, 'one'), join(folder, 'other')];
let changes: (readonly string[])[];
let look: () => void;
let end: () => void;
/** Each look is by hand. */
const start = (list: () => readonly string[], since?: ReturnType<typeof versionsOf>) => {
  const schedule = (callback: () => void) => {
    look = callback;
    return () => {
      look = () => undefined;
    };
  };
  end = watchFiles({ list, since, schedule, onChange: (changed) => void changes.push(changed) });
};

beforeEach(() => {
  changes = [];
  for (const path of [one, other]) writeFileSync(path, 'as it was');
});

describe('watchFiles()', () => {
  it('tells of a change once, when the next look finds the same', () => {
    start(() => [one, other]);
    writeFileSync(one, 'changed');
    look();
    expect(changes).toEqual([]);
    look();
    look();
    expect(changes).toEqual([[one]]);
  });

  it('waits for a file that is still being written', () => {
    start(() => [one, other]);
    for (let length = 1; length < 5; length += 1) {
      writeFileSync(one, 'x'.repeat(length));
      look();
    }
    writeFileSync(other, 'the second of a pair');
    look();
    expect(changes).toEqual([]);
    look();
    expect(changes).toEqual([[one, other]]);
  });

  it('tells of files that come and go', () => {
    let list = [one];
    start(() => list);
    list = [one, other];
    look();
    look();
    rmSync(one);
    look();
    look();
    expect(changes).toEqual([[other], [one]]);
  });

  it('tells of what has changed since the files were read', () => {
    const since = versionsOf([one]);
    writeFileSync(one, 'changed while the program was starting');
    start(() => [one], since);
    look();
    expect(changes).toEqual([[one]]);
  });

  it('says nothing of a change that was taken back', () => {
    start(() => [other, join(folder, 'nowhere')]);
    look();
    look();
    expect(changes).toEqual([]);
  });

  it('ends', () => {
    start(() => [one]);
    end();
    writeFileSync(one, 'changed');
    look();
    look();
    expect(changes).toEqual([]);
  });
});
