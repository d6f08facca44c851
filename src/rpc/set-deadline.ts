import type { Interceptor } from './call.ts';
import { GatewayError } from './gateway-error.ts';

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

/** The error of a call whose time is up. The text is the one that REST clients know from the Go gateway. */
export function deadlineExceeded(): GatewayError {
  return new GatewayError('DEADLINE_EXCEEDED', 'context deadline exceeded');
}

/** The error of a call whose caller has gone away. */
export function callerGone(): GatewayError {
  return new GatewayError('CANCELLED', 'context canceled', { reason: 'CALLER_GONE' });
}
