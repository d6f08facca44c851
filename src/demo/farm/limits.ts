import type { Farm } from './farm.ts';
import type { LayerRow, LimitBinding, LimitRow } from './rows.ts';

// A token of a frame that was dispatched this recently is not confirmed yet.
const SETTLE_SEC = 60;

/** Binds a limit to a layer once; a second binding changes nothing. */
export function bindLimit(farm: Farm, layer: LayerRow, limit: LimitRow, source: LimitBinding['source']): void {
  if (layer.limits.some((binding) => binding.limit === limit)) return;
  layer.limits.push({ limit, source, createTime: farm.now() });
  farm.touch();
}

/** Takes a limit off a layer, if it is there. */
export function unbindLimit(farm: Farm, layer: LayerRow, limit: LimitRow): void {
  const index = layer.limits.findIndex((binding) => binding.limit === limit);
  if (index >= 0) layer.limits.splice(index, 1);
  farm.touch();
}

/** The layers that are bound to a limit. */
export function boundLayers(farm: Farm, limit: LimitRow): LayerRow[] {
  return [...farm.layers.values()].filter((layer) => layer.limits.some((binding) => binding.limit === limit));
}

/** Tokens of a limit in use, and how they come together. */
export interface LimitUsage {
  readonly usage: number;
  /** Tokens of frames that have just started. */
  readonly pending: number;
  readonly hosts: ReadonlySet<string>;
}

/** What the running frames of some layers hold: a token each, or a token for each host that they run on. */
export function countUsage(farm: Farm, limit: LimitRow, layers: readonly LayerRow[]): LimitUsage {
  const hosts = new Set<string>();
  let running = 0;
  let pending = 0;
  for (const layer of layers) {
    if (layer.counts.frames.RUNNING === 0) continue;
    for (const { proc } of layer.frames) {
      if (!proc) continue;
      running += 1;
      hosts.add(proc.host.name);
      if (farm.now() - proc.dispatchTime < SETTLE_SEC) pending += 1;
    }
  }
  const usage = limit.type === 'HOST' ? hosts.size : running;
  return { usage, pending: Math.min(pending, usage), hosts };
}

/** Whether the last report of the licence server is too old to count. Dispatch then goes on without it. */
export function isReportStale(farm: Farm, { report, reportTtl }: LimitRow): boolean {
  return report !== undefined && reportTtl > 0 && farm.now() - report.time > reportTtl;
}

/** Whether no frame may start that needs the limit, at this usage. */
export function isUsedUp(farm: Farm, limit: LimitRow, usage: number): boolean {
  if (limit.enforcement !== 'ENFORCED' || isReportStale(farm, limit)) return false;
  const reported = limit.report?.holds.reduce((sum, { tokens }) => sum + tokens, 0) ?? 0;
  return Math.max(usage, reported) >= limit.maxValue;
}

/**
 * The rule for frames that fail for lack of a licence: a limit with this exit status makes the whole layer wait for some
 * minutes, and may bind the layer to itself. True when a limit says so.
 */
export function applyFailureRules(farm: Farm, layer: LayerRow, exitStatus: number): boolean {
  const rule = [...farm.limits.values()].find((limit) => limit.exitStatus !== 0 && limit.exitStatus === exitStatus);
  if (!rule) return false;
  layer.startAfter = farm.now() + rule.delayMinutes * 60;
  layer.startAfterReason = `${rule.name}: exit status ${exitStatus}`;
  if (rule.autoTag) bindLimit(farm, layer, rule, 'AUTO');
  return true;
}
