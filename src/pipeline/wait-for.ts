import type { Call, Reply } from '../call/call.ts';
import { callerGone, deadlineExceeded } from '../call/gateway-error.ts';

/**
 * Waits for a reply as long as this caller is willing to, and leaves the work itself alone: it may be shared with others,
 * or must run to its end. Rejects when the caller goes away or its deadline passes.
 */
export function waitFor(work: Promise<Reply>, call: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    if (call.signal.aborted) return reject(callerGone());
    const leave = () => settle(() => reject(callerGone()));
    const timer =
      call.deadlineAt === undefined
        ? undefined
        : setTimeout(() => settle(() => reject(deadlineExceeded())), Math.max(0, call.deadlineAt - Date.now()));
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', leave);
      finish();
    };
    call.signal.addEventListener('abort', leave);
    work.then(
      (reply) => settle(() => resolve(reply)),
      (error) => settle(() => reject(error)),
    );
  });
}
