import type { Interceptor } from '../call/call.ts';
import { deadlineExceeded } from '../call/gateway-error.ts';

/**
 * Gives every call a deadline: the gateway's own, or the caller's where that is sooner. Counted from here, so that time
 * spent waiting in a lane is part of it. A wish for more time is clamped, not refused: it is a wish for patience.
 */
export function setDeadline(timeoutMs: number): Interceptor {
  return (next) => async (call) => {
    const patienceMs = Math.min(call.timeoutMs ?? timeoutMs, timeoutMs);
    if (patienceMs <= 0) throw deadlineExceeded();
    return next({ ...call, deadlineAt: Date.now() + patienceMs });
  };
}
