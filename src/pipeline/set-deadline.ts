import { deadlineExceeded } from '../call/gateway-error.ts';

import type { Interceptor } from './interceptor.ts';

/**
 * Gives every call a deadline: the gateway's own, or the caller's where that is sooner. Counted from here, so that time
 * spent waiting in a lane is part of it. A wish for more time is clamped, not refused: it is a wish for patience.
 */
export function setDeadline(timeoutMs: number): Interceptor {
  return () => (next) => (call) => {
    const patienceMs = Math.min(call.timeoutMs ?? timeoutMs, timeoutMs);
    if (patienceMs <= 0) return Promise.reject(deadlineExceeded());
    return next({ ...call, deadlineAt: Date.now() + patienceMs });
  };
}
