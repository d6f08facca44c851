import type { Farm } from '../farm/farm.ts';
import { createRandom } from '../farm/random.ts';
import { createFreshFarm } from './fresh-cuebot.ts';
import type { JobBlueprint } from './job-blueprints.ts';
import { JOB_BLUEPRINTS } from './job-blueprints.ts';
import { seedExtras, seedLimits } from './seed-extras.ts';
import { seedHosts } from './seed-hosts.ts';
import { seedJobs } from './seed-jobs.ts';
import { seedShows } from './seed-shows.ts';

/** Size knobs. The defaults make a farm that people can look through; tests and benches ask for more. */
export interface FarmSize {
  /** Render hosts, 40 by default and at least; what is more are render blades. */
  readonly hosts?: number;
  /** Jobs, 20 by default and at least; what is more repeats the ordinary ones under new shots. */
  readonly jobs?: number;
  /** Frames of each layer that spans a shot, at least 24; by default what each job's blueprint says. */
  readonly framesPerLayer?: number;
}

/** A farm in the middle of a working day. The same seed and clock give the same farm, down to the ids. */
export function seedFarm(seed: number, now: () => number, size: FarmSize): Farm {
  const farm = createFreshFarm(now, createRandom(seed));
  seedLimits(farm);
  seedShows(farm);
  seedHosts(farm, size.hosts ?? 40);
  seedJobs(farm, chooseBlueprints(size));
  seedExtras(farm);
  return farm;
}

function chooseBlueprints({ jobs = 0, framesPerLayer }: FarmSize): JobBlueprint[] {
  const ordinary = JOB_BLUEPRINTS.filter(({ state, after }) => state === undefined && after === undefined);
  const blueprints = [...JOB_BLUEPRINTS];
  for (let index = 0; blueprints.length < jobs; index++) {
    const model = ordinary[index % ordinary.length]!;
    blueprints.push({ ...model, shot: `${model.shot}_${String(index + 1).padStart(4, '0')}` });
  }
  if (framesPerLayer === undefined) return blueprints;
  return blueprints.map((blueprint) => ({ ...blueprint, frames: Math.max(framesPerLayer, 24) }));
}
