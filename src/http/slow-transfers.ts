import type { Connection, Connections } from './connections.ts';

/** A transfer that moves fewer bytes than this in the time below is too slow: 1 kB/s. */
const leastBytes = 10_000;
const patienceMs = 10_000;

/** Where a transfer stood when it was last seen to be fast enough. */
interface Mark {
  readonly side: Side;
  readonly bytes: number;
  readonly atMs: number;
}

type Side = 'sender' | 'reader';

/**
 * Finds clients that hold memory by sending a body or reading an answer hardly at all. Only bytes that wait are judged: a
 * silent stream has none, and neither has a body that nobody has asked for. Returns a function to be called about every
 * second.
 *
 * @param senderText what is sent to a client whose body comes too slowly
 * @param now milliseconds that never go back
 */
export function watchTransfers(
  connections: Pick<Connections, 'busy' | 'cut' | 'giveUp'>,
  senderText: string,
  now: () => number = () => performance.now(),
): () => void {
  const marks = new WeakMap<Connection, Mark>();
  return () => {
    for (const connection of connections.busy()) {
      const side = sideWaitedFor(connection);
      if (side === undefined) {
        marks.delete(connection);
        continue;
      }
      const { socket } = connection;
      const bytes = side === 'sender' ? socket.bytesRead : socket.bytesWritten - socket.writableLength;
      const mark = marks.get(connection);
      const atMs = now();
      if (mark?.side !== side || bytes - mark.bytes >= leastBytes) marks.set(connection, { side, bytes, atMs });
      else if (atMs - mark.atMs < patienceMs) continue;
      else if (side === 'reader') connections.cut(connection, 'slow-reader');
      else connections.giveUp(socket, senderText, 'slow-sender');
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
