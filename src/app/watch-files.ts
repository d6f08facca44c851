import { statSync } from 'node:fs';

import type { Schedule } from '../clock/schedule.ts';

/** What watching files needs. */
export interface WatchFilesOptions {
  /** The files, asked for at each look: folders may get new ones. */
  readonly list: () => readonly string[];
  /** What they were when they were read; not given: what they are now. */
  readonly since?: Versions | undefined;
  readonly schedule: Schedule;
  /** Told which files have changed, come or gone, once they have stayed so for a look. */
  readonly onChange: (changed: readonly string[]) => void;
}

/** How often files are looked at, in milliseconds. */
const lookMs = 1_000;

/**
 * Looks at files from time to time, since the system does not tell about files that are replaced through links, as Kubernetes does
 * it. A change counts when the next look finds the same: who renews a pair of files writes one after the other.
 *
 * @returns what ends it
 */
export function watchFiles({ list, since, schedule, onChange }: WatchFilesOptions): () => void {
  let told = since ?? versionsOf(list());
  let last = versionsOf(list());
  let cancel = (): void => {};
  const look = (): void => {
    const found = versionsOf(list());
    const isSettled = changesBetween(last, found).length === 0;
    last = found;
    const changed = isSettled ? changesBetween(told, found) : [];
    if (changed.length > 0) {
      told = found;
      onChange(changed);
    }
  };
  const lookLater = (): void => {
    cancel = schedule(() => {
      look();
      lookLater();
    }, lookMs);
  };
  lookLater();
  return () => cancel();
}

/** What files are, by their paths. A version differs when a file is another one, or was written to. */
export type Versions = ReadonlyMap<string, string>;

/** Looks at files now. One that cannot be looked at has a version, too. */
export function versionsOf(paths: readonly string[]): Versions {
  return new Map(paths.map((path) => [path, versionOf(path)]));
}

function versionOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return '';
  }
}

function changesBetween(before: Versions, after: Versions): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}
