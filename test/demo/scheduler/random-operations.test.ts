import { expect, test } from 'vitest';

import type { Farm } from '../../../src/demo/farm/farm.ts';
import { createManageQueue } from '../../../src/demo/farm/manage-queue.ts';
import type { Random } from '../../../src/demo/farm/random.ts';
import { createRandom } from '../../../src/demo/farm/random.ts';
import type { FrameRow, FrameState, JobRow, JobState } from '../../../src/demo/farm/rows.ts';
import { createScheduler } from '../../../src/demo/scheduler/scheduler.ts';
import { seedFarm } from '../../../src/demo/seed/seed-farm.ts';
import { createHandlers } from '../../../src/demo/services/create-handlers.ts';
import { CuebotError } from '../../../src/demo/wire/cuebot-error.ts';
import { checkFarm } from './check-farm.ts';

const OPERATIONS = 100_000;
const CHECKED_EVERY = 10_000;

/** What a frame may become. Only what waits can start, and nothing eats what succeeded. */
const FRAME_MOVES: Readonly<Record<FrameState, readonly FrameState[]>> = {
  SETUP: ['WAITING', 'DEPEND', 'EATEN'],
  WAITING: ['RUNNING', 'DEPEND', 'EATEN'],
  DEPEND: ['WAITING', 'EATEN'],
  RUNNING: ['SUCCEEDED', 'WAITING', 'DEPEND', 'DEAD', 'EATEN', 'CHECKPOINT'],
  SUCCEEDED: ['WAITING', 'DEPEND'],
  DEAD: ['WAITING', 'DEPEND', 'EATEN'],
  EATEN: ['WAITING', 'DEPEND'],
  CHECKPOINT: ['WAITING', 'DEPEND', 'EATEN'],
};

const JOB_MOVES: Readonly<Record<JobState, readonly JobState[]>> = {
  STARTUP: ['PENDING', 'POSTED', 'FINISHED'],
  POSTED: ['PENDING', 'FINISHED'],
  PENDING: ['FINISHED'],
  FINISHED: ['PENDING'],
  SHUTDOWN: [],
};

/** Notes every change of a row's state that the moves do not allow. */
function watch<State extends string>(
  row: { state: State },
  name: string,
  moves: Readonly<Record<State, readonly State[]>>,
  illegal: string[],
): void {
  let { state } = row;
  Object.defineProperty(row, 'state', {
    get: () => state,
    set(next: State) {
      if (next !== state && !moves[state].includes(next)) illegal.push(`${name}: ${state} to ${next}`);
      state = next;
    },
  });
}

function watchFarm(farm: Farm, illegal: string[]): void {
  const frames = (row: FrameRow) => watch(row, row.name, FRAME_MOVES, illegal);
  const jobs = (row: JobRow) => watch(row, row.name, JOB_MOVES, illegal);
  for (const row of farm.frames.values()) frames(row);
  for (const row of farm.jobs.values()) jobs(row);
  // What is launched later is watched as soon as it is stored.
  watchTable(farm.frames, frames);
  watchTable(farm.jobs, jobs);
}

function watchTable<Row>(table: Map<string, Row>, look: (row: Row) => void): void {
  const store = table.set.bind(table);
  table.set = (id, row) => {
    look(row);
    return store(id, row);
  };
}

const FRAME_CALLS = ['Retry', 'Eat', 'Kill', 'MarkAsWaiting', 'MarkAsDepend', 'DropDepends'];
const LAYER_CALLS = ['RetryFrames', 'EatFrames', 'KillFrames', 'MarkdoneFrames', 'DropDepends'];
const JOB_CALLS = [
  'Pause',
  'Resume',
  'Kill',
  'RetryFrames',
  'EatFrames',
  'KillFrames',
  'MarkDoneFrames',
  'ShutdownIfCompleted',
];

test.each([1, 2])(`${OPERATIONS / 2} random operations make no illegal transition, seed %i`, async (seed) => {
  let now = 1_800_000_000;
  const farm = seedFarm(seed, () => now, {});
  const handlers = createHandlers({ farm, queue: createManageQueue(0), launches: createManageQueue(0) });
  const scheduler = createScheduler(farm);
  const random = createRandom(seed + 1000);
  const illegal: string[] = [];
  watchFarm(farm, illegal);
  const call = async (method: string, request: object) => {
    try {
      await handlers.get(method)!(request as never);
    } catch (error) {
      if (!(error instanceof CuebotError)) throw error;
    }
  };
  for (let done = 0; done < OPERATIONS / 2; done++) {
    await operate(farm, random, call, () => {
      now += random.between(1, 300);
      scheduler.advance();
    });
    if (done % CHECKED_EVERY === 0) expect(checkFarm(farm), `after ${done} operations`).toEqual([]);
  }
  expect([...new Set(illegal)]).toEqual([]);
  expect(checkFarm(farm)).toEqual([]);
});

type Call = (method: string, request: object) => Promise<void>;

async function operate(farm: Farm, random: Random, call: Call, passTime: () => void): Promise<void> {
  const dice = random.between(0, 999);
  const job = pickJob(farm, random);
  const layer = random.pick(job.layers);
  const frame = random.pick(layer.frames);
  if (dice < 10) return passTime();
  if (dice < 13) {
    const req = {
      ids: [],
      frames: [],
      layers: [layer.name],
      states: null,
      frameRange: '',
      memoryRange: '',
      durationRange: '',
    };
    return call(`job.JobInterface/${random.pick(JOB_CALLS)}`, {
      job,
      req: { ...req, page: 0, limit: 0, changeDate: 0 },
      reason: 'x',
    });
  }
  if (dice < 25) return call(`job.LayerInterface/${random.pick(LAYER_CALLS)}`, { layer, target: 'ANY_TARGET' });
  if (dice < 30) return depend(farm, random, call, job, frame);
  if (dice < 40) {
    const rows = [...farm.depends.values()];
    const method = random.pick(['Satisfy', 'Unsatisfy']);
    return rows.length > 0 ? call(`depend.DependInterface/${method}`, { depend: random.pick(rows) }) : undefined;
  }
  if (dice < 60 && farm.procs.size > 0) {
    const proc = random.pick([...farm.procs.values()]);
    return call(`host.ProcInterface/${random.pick(['Kill', 'Unbook'])}`, { proc, kill: dice < 50 });
  }
  return call(`job.FrameInterface/${random.pick(FRAME_CALLS)}`, { frame, target: 'ANY_TARGET' });
}

async function depend(farm: Farm, random: Random, call: Call, job: JobRow, frame: FrameRow): Promise<void> {
  const other = random.pick(pickJob(farm, random).layers);
  const [method, more] = random.pick([
    ['job.FrameInterface/CreateDependencyOnFrame', { frame, dependOnFrame: random.pick(other.frames) }],
    ['job.FrameInterface/CreateDependencyOnLayer', { frame, layer: other }],
    ['job.LayerInterface/CreateDependencyOnLayer', { layer: frame.layer, dependOnLayer: other }],
    ['job.JobInterface/CreateDependencyOnJob', { job, onJob: other.job }],
  ] as const);
  await call(method, more);
}

function pickJob(farm: Farm, random: Random): JobRow {
  return random.pick([...farm.jobs.values()]);
}
