/**
 * Codes with which sockets close beside those of the protocol. Clients come back after either: graphql-ws by itself, as it does
 * after 4403, for which it asks for new credentials.
 * RFC 6455, 7.4.1: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1; https://www.iana.org/assignments/websocket
 */
export const closeCodes = {
  /** The gateway is shutting down. */
  goingAway: 1001,
  /** It cannot serve the socket at the moment. */
  tryAgainLater: 1013,
} as const;

/** The longest reason that fits into a close frame, in bytes (RFC 6455, 5.5). */
const longestReason = 123;

/** A reason as it fits into a close frame. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= longestReason) return text;
  // A character that is cut becomes a replacement character, which is longer than what was left of it.
  return bytes
    .subarray(0, longestReason - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}

/** The longest time that a timer can have; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** How often credentials are looked at that have expired and are still taken, as clocks may differ. */
const graceMs = 1_000;

/**
 * Looks at credentials when they expire, and again and again while they are still taken. Returns what stops that.
 *
 * @param look closes the socket when they are refused
 */
export function whenExpired(expiresAtMs: number, look: () => Promise<unknown>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const wait = (leastMs: number) => {
    if (isStopped) return;
    const leftMs = Math.max(expiresAtMs - Date.now(), leastMs);
    const isLast = leftMs <= longestTimerMs;
    timer = setTimeout(
      () => (isLast ? void look().then(() => wait(graceMs)) : wait(0)),
      Math.min(leftMs, longestTimerMs),
    );
    timer.unref();
  };
  if (Number.isFinite(expiresAtMs)) wait(0);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
