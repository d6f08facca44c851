import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** Tells how many written bytes of a socket its peer has not acknowledged yet; 0 where the system does not say. */
export type QueueOf = (socket: Pick<Socket, 'localPort' | 'remotePort'>) => number;

/**
 * Reads how much the kernel holds for the peers of all TCP connections. It takes some megabytes at once and then nothing until
 * a third of them is gone, so what a process could write says little about how slowly a peer reads. Only Linux has this
 * table (`/proc/net/tcp`, proc(5)). It is read as a whole: ask seldom.
 *
 * Connections are told apart by their ports alone. Of two that share both, which takes two addresses, the sum is told.
 */
export function readKernelQueues(): QueueOf {
  const queues = new Map<string, number>();
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const [, local = '', remote = '', queued = ''] of readTable(path).matchAll(row)) {
      const ports = `${Number.parseInt(local, 16)} ${Number.parseInt(remote, 16)}`;
      queues.set(ports, (queues.get(ports) ?? 0) + Number.parseInt(queued, 16));
    }
  }
  return ({ localPort, remotePort }) => queues.get(`${localPort} ${remotePort}`) ?? 0;
}

/** Local port, remote port, and the length of the queue of what was sent. */
const row = /:([\dA-F]{4}) [\dA-F]+:([\dA-F]{4}) [\dA-F]{2} ([\dA-F]{8}):/g;

function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
