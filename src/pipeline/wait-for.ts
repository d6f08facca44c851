import type { Call, Reply } from '../call/call.ts';
import { callerGone, deadlineExceeded } from '../call/gateway-error.ts';

/** How the work that is waited for ends. */
export interface WaitedWork {
  /** When it ends by itself at the latest, in epoch milliseconds: a caller whose deadline is not before that needs no timer. */
  readonly endsAt: number;
  /** Told when the caller leaves before the end. */
  readonly onLeave?: () => void;
}

/**
 * Waits for a reply as long as this caller is willing to, and leaves the work itself alone: it may be shared with others,
 * or must run to its end. Rejects when the caller goes away or its deadline passes.
 */
export function waitFor(work: Promise<Reply>, call: Call, { endsAt, onLeave }: WaitedWork): Promise<Reply> {
  const { signal, deadlineAt = endsAt } = call;
  return new Promise((resolve, reject) => {
    const leave = (error = callerGone()) => {
      end();
      onLeave?.();
      reject(error);
    };
    const onAbort = () => leave();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const timer =
      deadlineAt < endsAt
        ? setTimeout(() => leave(deadlineExceeded()), Math.max(0, deadlineAt - Date.now()))
        : undefined;
    signal.addEventListener('abort', onAbort);
    work.then(
      (reply) => {
        end();
        resolve(reply);
      },
      (error) => {
        end();
        reject(error);
      },
    );
    if (signal.aborted) leave();
  });
}
