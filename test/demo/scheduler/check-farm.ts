import type { Farm } from '../../../src/demo/farm/farm.ts';
import type { FrameState } from '../../../src/demo/farm/rows.ts';

/** What must hold on any farm at any time; the sentences that do not. */
export function checkFarm(farm: Farm): string[] {
  const wrong: string[] = [];
  for (const frame of farm.frames.values()) {
    const name = `${frame.layer.job.name} ${frame.name} ${frame.state}`;
    if ((frame.state === 'RUNNING') !== (frame.proc !== undefined)) wrong.push(`${name}: proc and state disagree`);
    if (frame.state === 'DEPEND' && frame.dependCount === 0) wrong.push(`${name}: depends on nothing`);
    if (frame.state === 'WAITING' && frame.dependCount > 0) wrong.push(`${name}: waits though it depends`);
    if (frame.dependCount < 0) wrong.push(`${name}: count of depends below zero`);
  }
  for (const layer of farm.layers.values()) {
    const counted: Partial<Record<FrameState, number>> = {};
    let cores = 0;
    for (const frame of layer.frames) {
      counted[frame.state] = (counted[frame.state] ?? 0) + 1;
      cores += frame.proc?.cores ?? 0;
    }
    for (const [state, count] of Object.entries(layer.counts.frames)) {
      if (count !== (counted[state as FrameState] ?? 0)) wrong.push(`${layer.name}: ${state} is counted ${count}`);
    }
    if (Math.abs(cores - layer.counts.reservedCores) > 0.01) wrong.push(`${layer.name}: cores are counted wrong`);
  }
  for (const host of farm.hosts.values()) {
    const cores = [...host.procs].reduce((sum, proc) => sum + proc.cores, 0);
    if (Math.abs(cores - host.reserved.cores) > 0.01) wrong.push(`${host.name}: cores are counted wrong`);
    if (host.reserved.cores > host.cores + 0.01) wrong.push(`${host.name}: more is reserved than there is`);
  }
  for (const proc of farm.procs.values()) if (!proc.host.procs.has(proc)) wrong.push(`${proc.id}: lost by its host`);
  for (const job of farm.jobs.values()) {
    const open = job.layers.some(({ counts: { frames } }) => frames.RUNNING > 0);
    if (job.state === 'FINISHED' && open) wrong.push(`${job.name}: runs though it is over`);
  }
  return wrong;
}
