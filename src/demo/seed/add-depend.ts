import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import type { DependRow, DependSide, DependType, LayerRow } from '../farm/rows.ts';
import type { LayerTemplate } from './layer-templates.ts';

type Side = Pick<DependSide, 'job'> & Partial<DependSide>;

/** Stores a depend; `er` waits for `on`. */
export function addDepend(
  farm: Farm,
  type: DependType,
  er: Side,
  on: Side,
  active: boolean,
  parent?: DependRow,
): DependRow {
  const complete = ({ job, layer, frame }: Side): DependSide => ({ job, layer, frame });
  const row = { id: farm.random.uuid(), type, anyFrame: false, active, parent, er: complete(er), on: complete(on) };
  er.job.dependsOn.push(row);
  on.job.awaitedBy.push(row);
  return insert(farm.depends, row);
}

/** Stores the depend that a template's `waits` asks for, active as long as a frame of the layer waits for it. */
export function dependOnLayer(farm: Farm, layer: LayerRow, waits: LayerTemplate['waits']): void {
  if (!waits) return;
  const [type, name] = waits;
  const { job } = layer;
  const awaited = job.layers.find((other) => other.name === name)!;
  const waitsFor = (position: number) =>
    type === 'FRAME_BY_FRAME'
      ? awaited.frames[position]!.state !== 'SUCCEEDED'
      : awaited.frames.some(({ state }) => state !== 'SUCCEEDED' && state !== 'EATEN');
  const active = layer.frames.map((_frame, position) => waitsFor(position));
  const parent = addDepend(farm, type, { job, layer }, { job, layer: awaited }, active.includes(true));
  if (type !== 'FRAME_BY_FRAME') return;
  for (const [position, frame] of layer.frames.entries()) {
    const on = { job, layer: awaited, frame: awaited.frames[position]! };
    addDepend(farm, 'FRAME_ON_FRAME', { job, layer, frame }, on, active[position]!, parent);
  }
}
