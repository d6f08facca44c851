import type { Farm } from '../farm/farm.ts';
import { endFrame } from '../farm/frame-changes.ts';
import { setMemory } from '../farm/frame-states.ts';
import type { FrameRow, LayerRow, ProcRow } from '../farm/rows.ts';

// Typical seconds of a frame by service, until the layer has some of its own to go by.
const USUAL_SECONDS: Readonly<Record<string, number>> = {
  arnold: 1500,
  houdini: 900,
  katana: 180,
  maya: 200,
  nuke: 260,
  prman: 1200,
  shell: 60,
  preprocess: 45,
  postprocess: 40,
};
const OTHER_SECONDS = 300;
const FAILURE_RATE = 0.02;
// What has failed by itself often does so again: the scene is broken, and not the host.
const REPEATED_FAILURE_RATE = 0.12;
const FAILED = 1;
const MEMORY_FAILURE_RATE = 0.002;
const STUCK_RATE = 0.0005;
// A stuck frame says nothing for this long, unless its layer's timeout or somebody ends it before.
const STUCK_SEC = 5 * 3600;
const OUT_OF_MEMORY = 33;
const TIMED_OUT = 299;

/** What becomes of a running frame. */
interface Plan {
  readonly endTime: number;
  readonly exitStatus: number;
  /** KB that it uses when it ends. */
  readonly peak: number;
}

/** Lets running frames go on. */
export interface FrameRunner {
  /** Ends the frames whose time has come, and lets the memory of some of the others grow. Gives those that grew. */
  run(): readonly FrameRow[];
}

// Measuring all frames of a large farm in one go would make a pause; a tenth at a time is as often as hosts report.
const MEASURED_SHARE = 0.1;
const LEAST_MEASURED = 20;

/** Runs frames `speed` times as fast as they would take. */
export function createFrameRunner(farm: Farm, speed: number): FrameRunner {
  const plans = new WeakMap<ProcRow, Plan>();
  const usual = new WeakMap<LayerRow, number>();
  let measured = 0;
  /** What a layer's frames took before this runner came, or else what its service makes likely. */
  const usualSeconds = (layer: LayerRow) => {
    const known = usual.get(layer);
    if (known !== undefined) return known;
    const { renderedFrames, clockSec } = layer.counts;
    const guess = USUAL_SECONDS[layer.services[0] ?? ''] ?? OTHER_SECONDS;
    const seconds = renderedFrames > 0 ? clockSec / renderedFrames : guess;
    usual.set(layer, seconds);
    return seconds;
  };
  const planOf = (proc: ProcRow) => {
    const known = plans.get(proc);
    if (known) return known;
    const plan = planFrame(farm, proc, usualSeconds(proc.frame.layer) / speed, speed);
    plans.set(proc, plan);
    return plan;
  };
  return {
    run() {
      const now = farm.now();
      for (const proc of [...farm.procs.values()]) {
        const plan = planOf(proc);
        const { frame } = proc;
        if (isSilentTooLong(frame, now)) endFrame(farm, frame, TIMED_OUT);
        else if (now >= plan.endTime) {
          setMemory(frame, plan.peak);
          endFrame(farm, frame, plan.exitStatus);
        }
      }
      const procs = [...farm.procs.values()];
      const share = Math.min(procs.length, Math.max(LEAST_MEASURED, Math.ceil(procs.length * MEASURED_SHARE)));
      const grown: FrameRow[] = [];
      for (let count = 0; count < share; count++) {
        const proc = procs[measured++ % procs.length]!;
        const plan = planOf(proc);
        if (proc.silentSince !== undefined) continue;
        grow(proc, plan, now);
        grown.push(proc.frame);
      }
      return grown;
    },
  };
}

function planFrame({ random, now }: Farm, proc: ProcRow, expected: number, speed: number): Plan {
  const { layer, exitStatus } = proc.frame;
  const failureRate = exitStatus === FAILED ? REPEATED_FAILURE_RATE : FAILURE_RATE;
  const seconds = Math.max(1, expected * (0.6 + 0.8 * random.next()));
  const peak = Math.round(layer.minMemory * (0.4 + 0.55 * random.next()));
  const fate = random.next();
  if (fate < STUCK_RATE) {
    proc.silentSince ??= now() + Math.round(seconds / 2);
    return { endTime: now() + STUCK_SEC / speed, exitStatus: FAILED, peak };
  }
  // What began before the plan is through with a part of it.
  const start = Math.max(proc.dispatchTime, now() - seconds * random.next());
  const end = { endTime: start + seconds, peak };
  if (fate < STUCK_RATE + MEMORY_FAILURE_RATE) return { ...end, exitStatus: OUT_OF_MEMORY };
  return { ...end, exitStatus: fate < STUCK_RATE + MEMORY_FAILURE_RATE + failureRate ? FAILED : 0 };
}

function isSilentTooLong({ proc, layer }: FrameRow, now: number): boolean {
  if (!proc || proc.silentSince === undefined || layer.timeoutLlu === 0) return false;
  return now - proc.silentSince > layer.timeoutLlu * 60;
}

/** Memory rises towards the peak, fast at first. */
function grow(proc: ProcRow, { endTime, peak }: Plan, now: number): void {
  const span = Math.max(1, endTime - proc.dispatchTime);
  const progress = Math.min(1, Math.max(0, (now - proc.dispatchTime) / span));
  setMemory(proc.frame, Math.max(proc.usedMemory, Math.round(peak * Math.sqrt(progress))));
}
