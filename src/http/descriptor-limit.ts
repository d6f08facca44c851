import { readFileSync } from 'node:fs';

/** What the process needs besides its clients' connections: the channel to Cuebot, files, the event loop's own. */
const reserved = 64;

/**
 * How many connections fit into the open files that the system allows this process. Beyond that nobody can connect, not
 * even a health check. Only Linux tells (proc(5)); elsewhere, and where there is no limit: Infinity.
 */
export function connectionsThatFit(): number {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Math.max(Number(soft) - reserved, 1);
}
