import type { Farm } from '../farm/farm.ts';
import { countUsage, isReportStale, isUsedUp } from '../farm/limits.ts';
import type { LayerRow, LimitBinding, LimitRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/**
 * limit.Limit. Its usage is counted over the given layers: all that name it, or just one, for which Cuebot answers with
 * what that one runs.
 */
export function viewLimit(farm: Farm, limit: LimitRow, layers: readonly LayerRow[]): Message {
  const { report, ...fields } = limit;
  const { usage, pending, hosts } = countUsage(farm, limit, layers);
  const bound = (source: LimitBinding['source']) =>
    layers.filter((layer) => layer.limits.some((binding) => binding.limit === limit && binding.source === source))
      .length;
  return {
    ...fields,
    currentRunning: layers.reduce((sum, { counts }) => sum + counts.frames.RUNNING, 0),
    currentUsage: usage,
    settledUsage: usage - pending,
    pendingUsage: pending,
    hostCount: hosts.size,
    lastReportTime: report?.time ?? 0,
    reportSource: report?.source ?? '',
    reportStale: isReportStale(farm, limit),
    blockingDisabled: !isUsedUp(farm, limit, Number.MAX_SAFE_INTEGER),
    specLayerCount: bound('SPEC'),
    autoLayerCount: bound('AUTO'),
  };
}
