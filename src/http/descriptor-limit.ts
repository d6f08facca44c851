import { readFileSync } from 'node:fs';

/** What the process needs besides its clients' connections: the channel to Cuebot, files, the event loop's own. */
const reserved = 64;

/** How long an answer of the system is believed, in milliseconds: the limit can be changed while the process runs. */
const believedMs = 5_000;

/**
 * Compiles how many connections there may be: as many as a setting says, but no more than fit into the open files that the
 * system allows this process. Beyond those nobody can connect, not even a health check.
 */
export function limitToDescriptors(maxConnections: number): () => number {
  let limit = maxConnections;
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - readAt >= believedMs) {
      readAt = now;
      limit = Math.min(maxConnections, Math.max(descriptorLimit() - reserved, 1));
    }
    return limit;
  };
}

/** Only Linux tells (proc(5)); elsewhere, and where there is no limit: Infinity. */
function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
