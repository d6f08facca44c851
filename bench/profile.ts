import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Waits for the profile that a program leaves in this folder when it ends (`node --cpu-prof --cpu-prof-dir`). */
export async function readProfile(folder: string): Promise<CpuProfile> {
  for (let tries = 0; tries < 600; tries += 1) {
    for (const file of readdirSync(folder)) {
      try {
        return JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
      } catch {
        // It is being written.
      }
    }
    await wait(50);
  }
  throw new Error(`no profile came to ${folder}: the program did not end by itself`);
}

/**
 * The functions that took the most time themselves, as `12.3% name (file)`; what the thread idled is left out of the whole. The
 * start of the program is part of it.
 */
export function busiestFunctions({ nodes, samples, timeDeltas }: CpuProfile, count: number): readonly string[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => [
      id,
      `${functionName || '(anonymous)'}${url === '' ? '' : ` (${basename(url)})`}`,
    ]),
  );
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    if (name !== '(idle)') times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const whole = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .sort(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([name, time]) => `${((100 * time) / whole).toFixed(1)}% ${name}`);
}
