import type { Hold } from '../http/byte-budget.ts';
import { buffersFull, GatewayError } from '../call/gateway-error.ts';

/** Replies of fewer bytes than this are not asked about: there are many, and all of them together take little. */
const largeReply = 1024 * 1024;

/** How many times its own length a reply and its JSON take together, usually. How many zeros JSON writes is known afterwards. */
const growth = 3;

/** Makes room for the replies of one RPC. */
export interface ReplyRoom {
  /** Asks for room before the call is sent. Throws UNAVAILABLE when there is none. */
  beforeCall(hold: Hold): Promise<void> | undefined;
  /** Asks for room before a reply becomes JSON, and waits for the reply's turn. */
  beforeEncoding(hold: Hold, replyBytes: number): Promise<void> | undefined;
  /** Tells how long the JSON is, which is what remains. Throws UNAVAILABLE when it is longer than there is room for. */
  encoded(hold: Hold, replyBytes: number, jsonBytes: number): void;
}

/** Lets one large reply become JSON in a turn of the event loop, and other work in between. */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}

/**
 * Keeps what replies take in the bounds of the budget. How large a reply will be is not known before it is there, but lists
 * are about as long as they were the last time.
 *
 * @param isRead whether a reply may be refused although its call was carried out
 */
export function createReplyRoom(isRead: boolean, turn: () => Promise<void>): ReplyRoom {
  /** What the last large replies took; 0 when they are small. */
  let expectedBytes = 0;
  const waitForRoom = async (hold: Hold, bytes: number): Promise<void> => {
    if (!(await hold.takeSoon(bytes))) throw buffersFull();
  };
  const makeRoom = async (hold: Hold, replyBytes: number): Promise<void> => {
    hold.set(replyBytes);
    if (isRead) await waitForRoom(hold, (growth - 1) * replyBytes);
    else hold.set(growth * replyBytes);
    await turn();
  };
  return {
    beforeCall: (hold) => (hold.take(expectedBytes) ? undefined : waitForRoom(hold, expectedBytes)),
    beforeEncoding: (hold, replyBytes) => (replyBytes < largeReply ? undefined : makeRoom(hold, replyBytes)),
    encoded: (hold, replyBytes, jsonBytes) => {
      const taken = replyBytes + jsonBytes;
      if (taken < largeReply && expectedBytes === 0) return;
      expectedBytes = Math.max(taken, expectedBytes / 2);
      if (expectedBytes < largeReply) expectedBytes = 0;
      if (!isRead) hold.set(jsonBytes);
      else if (!hold.replace(jsonBytes)) throw buffersFull();
    },
  };
}

/** A body for which there is no room. It is answered 413 with Retry-After, since another moment may have room (RFC 9110, 15.5.14). */
export function noRoomForBody(): GatewayError {
  return new GatewayError(
    'RESOURCE_EXHAUSTED',
    'the gateway holds as many bytes of bodies as it may; try again in a moment',
    {
      reason: 'BODY_BUFFERS_FULL',
      retryAfterSeconds: 1,
    },
  );
}
