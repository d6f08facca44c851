import type { Farm } from './farm.ts';
import { insert } from './farm.ts';
import { lowerDependCount, raiseDependCount } from './frame-states.ts';
import type { DependRow, DependSide, DependType, FrameRow, JobRow, LayerRow } from './rows.ts';

/** A side as callers name it; what is left out is undefined. */
export type Side = Pick<DependSide, 'job'> & Partial<DependSide>;

/** What a depend may say beyond its sides. */
export interface DependOptions {
  readonly active?: boolean;
  readonly anyFrame?: boolean;
  readonly parent?: DependRow;
}

/** Stores a depend: `er` waits for `on`. An active one holds up every frame on its waiting side. */
export function insertDepend(
  farm: Farm,
  type: DependType,
  er: Side,
  on: Side,
  { active = true, anyFrame = false, parent }: DependOptions = {},
): DependRow {
  const row: DependRow = {
    id: farm.random.uuid(),
    type,
    anyFrame,
    active,
    parent,
    children: [],
    activeChildren: 0,
    er: complete(er),
    on: complete(on),
  };
  er.job.dependsOn.push(row);
  on.job.awaitedBy.push(row);
  if (on.frame) {
    on.frame.awaitedBy ??= [];
    on.frame.awaitedBy.push(row);
  } else if (on.layer) {
    on.layer.awaitedBy.push(row);
  }
  parent?.children.push(row);
  if (active) holdUp(farm, row);
  farm.touch();
  return insert(farm.depends, row);
}

function complete({ job, layer, frame }: Side): DependSide {
  return { job, layer, frame };
}

/** Whether the row was, or is to be, expanded to rows of single frames, which then do the waiting. */
function isComposite({ type }: Pick<DependRow, 'type'>): boolean {
  return type === 'FRAME_BY_FRAME' || type === 'PREVIOUS_FRAME';
}

/** The frames that wait because of a depend. */
export function waitingFrames({ er }: Pick<DependRow, 'er'>): readonly FrameRow[] {
  return er.frame ? [er.frame] : (er.layer?.frames ?? er.job.layers.flatMap((layer) => layer.frames));
}

function holdUp(farm: Farm, row: DependRow): void {
  if (row.parent) row.parent.activeChildren += 1;
  if (isComposite(row)) return;
  for (const frame of waitingFrames(row)) raiseDependCount(farm, frame);
}

/** Lets go who waited. The row stays and is no longer active; satisfying a composite one satisfies its children. */
export function satisfyDepend(farm: Farm, row: DependRow): void {
  if (isComposite(row)) {
    for (const child of row.children) satisfyDepend(farm, child);
    row.active = false;
    farm.touch();
    return;
  }
  if (!row.active) return;
  row.active = false;
  for (const frame of waitingFrames(row)) lowerDependCount(farm, frame);
  const { parent } = row;
  if (parent) {
    parent.activeChildren -= 1;
    if (parent.activeChildren === 0) parent.active = false;
  }
  farm.touch();
}

/** Makes a satisfied depend wait again. Cuebot does so for two types only, and leaves the others as they are. */
export function unsatisfyDepend(farm: Farm, row: DependRow): void {
  if (row.active || (row.type !== 'FRAME_ON_FRAME' && row.type !== 'LAYER_ON_LAYER')) return;
  row.active = true;
  if (row.parent) row.parent.active = true;
  holdUp(farm, row);
  farm.touch();
}

/** What waits for just this frame, and for any frame of its layer. */
export function dependsOnFrame(frame: FrameRow): DependRow[] {
  const any = frame.layer.awaitedBy.filter(({ type, anyFrame }) => anyFrame && type === 'LAYER_ON_LAYER');
  return frame.awaitedBy ? [...frame.awaitedBy, ...any] : any;
}

/** What waits for the job as a whole. */
export function dependsOnJob(job: JobRow): DependRow[] {
  return job.awaitedBy.filter(({ on }) => !on.layer);
}

/** depend.DependTarget by name: depends inside a job, on other jobs, or both. */
export type DependTarget = 'INTERNAL' | 'EXTERNAL' | 'ANY_TARGET';

/** Satisfies the active depends in which the job, or just one layer or frame of it, waits. */
export function dropDepends(farm: Farm, waiting: JobRow | LayerRow | FrameRow, target: DependTarget): void {
  const job = 'layers' in waiting ? waiting : 'frames' in waiting ? waiting.job : waiting.layer.job;
  const isOurs = ({ er }: DependRow) => er.job === waiting || er.layer === waiting || er.frame === waiting;
  for (const row of job.dependsOn.filter((row) => row.active && isOurs(row))) {
    if (target === 'ANY_TARGET' || target === targetOf(row)) satisfyDepend(farm, row);
  }
}

/** INTERNAL inside one job, EXTERNAL between two. */
export function targetOf({ er, on }: Pick<DependRow, 'er' | 'on'>): 'INTERNAL' | 'EXTERNAL' {
  return er.job === on.job ? 'INTERNAL' : 'EXTERNAL';
}

/** Active depends that hold up one frame, counted anew. */
export function countDepends(frame: FrameRow): number {
  const holds = ({ er }: DependRow) => (er.frame ? er.frame === frame : !er.layer || er.layer === frame.layer);
  return frame.layer.job.dependsOn.filter((row) => row.active && !isComposite(row) && holds(row)).length;
}
