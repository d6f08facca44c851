import type { Farm } from '../farm/farm.ts';
import { createRandom } from '../farm/random.ts';
import type { FarmSettings } from './fresh-cuebot.ts';
import { createFreshFarm } from './fresh-cuebot.ts';
import type { JobBlueprint } from './job-blueprints.ts';
import { JOB_BLUEPRINTS } from './job-blueprints.ts';
import { seedExtras, seedLimits } from './seed-extras.ts';
import { seedHosts } from './seed-hosts.ts';
import { seedJobs } from './seed-jobs.ts';
import { otherShowName, seedShows } from './seed-shows.ts';

/** Farms by name: one to look through, and one as large as a big studio's, of about 400,000 frames. */
export const FARM_SIZES = {
  small: {},
  large: { shows: 60, hosts: 3000, jobs: 2000, framesPerLayer: 81 },
} as const satisfies Readonly<Record<string, FarmSize>>;

/** Size knobs. The defaults make a farm that people can look through; tests and benches ask for more. */
export interface FarmSize {
  /** Shows, 4 by default and at least. Jobs beyond the usual ones go round all of them but the inactive one. */
  readonly shows?: number;
  /** Render hosts, 40 by default and at least; what is more are render blades, and of every kind where `shows` is given. */
  readonly hosts?: number;
  /** Jobs, 20 by default and at least; what is more repeats the ordinary ones under new shots. */
  readonly jobs?: number;
  /** Frames of each layer that spans a shot, at least 24; by default what each job's blueprint says. */
  readonly framesPerLayer?: number;
}

/** A farm in the middle of a working day. The same seed and clock give the same farm, down to the ids. */
export function seedFarm(seed: number, now: () => number, size: FarmSize, settings: FarmSettings = {}): Farm {
  const farm = createFreshFarm(now, createRandom(seed), settings);
  const { hosts = 40, shows } = size;
  // Only farms with shows of their own are studios that bought more licences and hosts of every kind.
  const times = shows ? Math.max(1, Math.floor(hosts / 40)) : 1;
  seedLimits(farm, times);
  seedShows(farm, shows ?? 4, times);
  seedHosts(farm, hosts, times);
  seedJobs(farm, chooseBlueprints(size));
  seedExtras(farm);
  return farm;
}

function chooseBlueprints({ jobs = 0, shows = 4, framesPerLayer }: FarmSize): JobBlueprint[] {
  const ordinary = JOB_BLUEPRINTS.filter(({ state, after }) => state === undefined && after === undefined);
  const blueprints = [...JOB_BLUEPRINTS];
  for (let index = 0; blueprints.length < jobs; index++) {
    const model = ordinary[index % ordinary.length]!;
    // Every so many jobs belong to a show that only large farms have.
    const other = index % (shows - 2);
    const place = other < 3 ? model : { ...model, show: otherShowName(other - 3), group: 'lighting' };
    blueprints.push({ ...place, shot: `${model.shot}_${String(index + 1).padStart(4, '0')}` });
  }
  if (framesPerLayer === undefined) return blueprints;
  return blueprints.map((blueprint) => ({ ...blueprint, frames: Math.max(framesPerLayer, 24) }));
}
