import type { ServerResponse } from 'node:http';
import { constants } from 'node:http2';

import type { Connection, Connections } from './connections.ts';
import type { Http2Response } from './http2-messages.ts';
import { leastBytes, patienceMs } from './slow-transfers.ts';

/** How long a whole request may take, in milliseconds; the same as node's limit for HTTP/1.1. */
const requestTimeoutMs = 300_000;

/** What streams are judged by; tests have a clock of their own. */
export interface WatchStreamsOptions {
  readonly connections: Pick<Connections, 'busy' | 'cut' | 'cutStream'>;
  /** Answers a request that did not come to its end in time. */
  readonly refuse: (response: ServerResponse) => void;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

/** Where something stood when it was last seen to be fast enough. */
interface Mark {
  readonly side: 'sender' | 'reader' | 'connection';
  readonly movedBytes: number;
  readonly atMs: number;
}

/**
 * Does for the streams of HTTP/2 what `watchTransfers` does for connections: finds those that hold memory by sending a body or
 * reading an answer hardly at all. Each is judged by itself, since one that is read fast would hide ninety that are not.
 *
 * What node has been given for a stream it takes as one piece, and tells when all of it is out. So a reader has as long as the
 * piece takes at the least speed. A connection on which nothing moves is judged sooner. Returns a function to be called about
 * every second.
 */
export function watchStreams({ connections, refuse, now = () => performance.now() }: WatchStreamsOptions): () => void {
  const marks = new WeakMap<object, Mark>();
  const begun = new WeakMap<object, number>();
  /** Those that are to end, until they have. */
  const ended = new WeakSet<object>();
  /** Whether too little has moved for too long. */
  const isSlow = (of: object, side: Mark['side'], movedBytes: number, allowedMs: number): boolean => {
    const mark = marks.get(of);
    const atMs = now();
    if (mark?.side === side && movedBytes - mark.movedBytes < leastBytes) return atMs - mark.atMs >= allowedMs;
    marks.set(of, { side, movedBytes, atMs });
    return false;
  };
  const look = (response: Http2Response): 'slow-sender' | 'slow-reader' | 'request-timeout' | undefined => {
    const { req: request, writableLength: waitingBytes, writtenBytes } = response;
    if (!begun.has(response)) begun.set(response, now());
    if (!request.complete && now() - begun.get(response)! >= requestTimeoutMs && isAskedFor(request))
      return 'request-timeout';
    if (waitingBytes > 0) {
      const allowedMs = Math.max(patienceMs, (waitingBytes / leastBytes) * patienceMs);
      return isSlow(response, 'reader', writtenBytes - waitingBytes, allowedMs) ? 'slow-reader' : undefined;
    }
    if (!request.complete && isAskedFor(request)) {
      return isSlow(response, 'sender', request.receivedBytes, patienceMs) ? 'slow-sender' : undefined;
    }
    marks.delete(response);
    return undefined;
  };
  const lookAt = (connection: Connection): void => {
    const responses = [...connection.pending] as unknown as readonly Http2Response[];
    if (responses.some(({ writableLength }) => writableLength > 0)) {
      if (isSlow(connection, 'connection', connection.socket.bytesWritten, patienceMs)) {
        connections.cut(connection, 'slow-reader');
        return;
      }
    } else marks.delete(connection);
    for (const response of responses) {
      const reason = ended.has(response) ? undefined : look(response);
      if (reason === undefined) continue;
      ended.add(response);
      connections.cutStream(connection, reason);
      if (reason === 'slow-reader' || response.headersSent) response.stream.close(constants.NGHTTP2_CANCEL);
      else refuse(response as unknown as ServerResponse);
    }
  };
  return () => {
    for (const connection of connections.busy()) if (connection.isMultiplexed) lookAt(connection);
  };
}

/** Whether somebody waits for the body. */
function isAskedFor({ readableFlowing }: Http2Response['req']): boolean {
  return readableFlowing === true;
}
