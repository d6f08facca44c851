import { countLayer } from '../farm/count-frames.ts';
import type { LayerRow, LimitRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/**
 * limit.Limit. Its usage is counted over the given layers: all that name it, or just one, for which Cuebot answers with
 * what that one runs.
 */
export function viewLimit(limit: LimitRow, layers: readonly LayerRow[]): Message {
  const running = layers.flatMap((layer) => layer.frames).filter((frame) => frame.proc);
  const hosts = new Set(running.map((frame) => frame.hostName));
  const currentRunning = layers.reduce((sum, layer) => sum + countLayer(layer).frames.RUNNING, 0);
  const currentUsage = limit.type === 'HOST' ? hosts.size : currentRunning;
  return {
    ...limit,
    currentRunning,
    currentUsage,
    settledUsage: currentUsage,
    hostCount: hosts.size,
    specLayerCount: layers.length,
  };
}
