import type { Socket } from 'node:net';

import type { Connection, Connections } from './connections.ts';
import { type QueueOf, readKernelQueues } from './kernel-queue.ts';

/** A transfer that moves fewer bytes than this in the time below is too slow: 1 kB/s. */
export const leastBytes = 10_000;
/** That time, in milliseconds. */
export const patienceMs = 10_000;

/** Where a transfer stood when it was last seen to be fast enough. */
interface Mark {
  readonly side: Side;
  /** What the kernel had taken, or given. */
  readonly movedBytes: number;
  /** What the reader had acknowledged; looked up for those alone that move nothing. */
  readonly acknowledgedBytes?: number;
  readonly atMs: number;
}

type Side = 'sender' | 'reader';

/** What a transfer is judged by; tests have a clock of their own. */
export interface WatchOptions {
  /** What is sent to a client whose body comes too slowly. */
  readonly senderText: string;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

/**
 * Finds clients that hold memory by sending a body or reading an answer hardly at all. Only bytes that wait are judged: a
 * silent stream has none, and neither has a body that nobody has asked for. Returns a function to be called about every
 * second.
 */
export function watchTransfers(
  connections: Pick<Connections, 'busy' | 'cut' | 'giveUp'>,
  { senderText, now = () => performance.now() }: WatchOptions,
): () => void {
  const marks = new WeakMap<Connection, Mark>();
  return () => {
    let queues: QueueOf | undefined;
    const acknowledgedBy = (socket: Socket, movedBytes: number): number => {
      queues ??= readKernelQueues();
      return movedBytes - queues(socket);
    };
    for (const connection of connections.busy()) {
      // Its streams are looked at one by one.
      if (connection.isMultiplexed) continue;
      const side = sideWaitedFor(connection);
      if (side === undefined) {
        marks.delete(connection);
        continue;
      }
      const { socket } = connection;
      const movedBytes = side === 'sender' ? socket.bytesRead : socket.bytesWritten - socket.writableLength;
      const mark = marks.get(connection);
      const atMs = now();
      if (mark?.side !== side || movedBytes - mark.movedBytes >= leastBytes) {
        marks.set(connection, { side, movedBytes, atMs });
      } else if (side === 'sender') {
        if (atMs - mark.atMs >= patienceMs) connections.giveUp(socket, senderText, 'slow-sender');
      } else if (mark.acknowledgedBytes === undefined) {
        marks.set(connection, { ...mark, acknowledgedBytes: acknowledgedBy(socket, movedBytes) });
      } else if (atMs - mark.atMs >= patienceMs) {
        const acknowledgedBytes = acknowledgedBy(socket, movedBytes);
        if (acknowledgedBytes - mark.acknowledgedBytes < leastBytes) connections.cut(connection, 'slow-reader');
        else marks.set(connection, { side, movedBytes, acknowledgedBytes, atMs });
      }
    }
  };
}

/** Whose turn it is to move bytes; undefined: nobody's, or the gateway's own. */
function sideWaitedFor({ socket, pending }: Connection): Side | undefined {
  const [first] = pending;
  // What is written before a socket is the response's turn waits in the response.
  if (socket.writableLength > 0 || (first !== undefined && first.writableLength > 0)) return 'reader';
  for (const { req: request } of pending) if (!request.complete && request.readableFlowing === true) return 'sender';
  return undefined;
}
