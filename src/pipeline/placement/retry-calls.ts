import type { Call, Invoke } from '../../call/call.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import type { RpcKind } from '../../rpc-table/rpc-kind.ts';

import { type Interceptor, passOn } from '../interceptor.ts';
import type { RetryBudget } from './retry-budget.ts';

/** Why a call was sent again, or was not; docs/scaling.md shows it. */
export const retryReasons = {
  unsent: 'a read or a write that surely was not sent: there was no connection',
  reset: 'a read whose connection ended before there was an answer',
  unavailable: 'a read that was answered with `UNAVAILABLE`',
  'set-aside': 'a read under way, or a call that waited in a lane, when its Cuebot was set aside',
  budget: 'it was not: a tenth of the traffic had been sent again already',
} as const;

/** One of these. */
export type RetryReason = keyof typeof retryReasons;

/** What sending again needs. */
export interface RetryOptions {
  readonly budget: RetryBudget;
  /** Counts. */
  readonly onRetry: (reason: RetryReason) => void;
}

/** The reason of an error that turns a call away whose Cuebot was set aside before it answered. */
export const setAside = 'CUEBOT_SET_ASIDE';

/**
 * Why a call that ended so may be sent once more: it surely was not sent, or it is a read that got no answer. Undefined: it may
 * not, since it has an answer, its time is over, or it may have been carried out.
 */
export function whyAgain(error: GatewayError, kind: RpcKind, { signal, deadlineAt }: Call): RetryReason | undefined {
  if (signal.aborted || (deadlineAt !== undefined && deadlineAt <= Date.now())) return undefined;
  const { status, origin, reason, connectionLoss } = error;
  if (status.name !== 'UNAVAILABLE' && connectionLoss === undefined) return undefined;
  if (connectionLoss === 'unsent') return reason === setAside ? 'set-aside' : 'unsent';
  if (kind === 'write') return undefined;
  if (reason === setAside) return 'set-aside';
  if (connectionLoss === 'reset') return 'reset';
  return origin === 'upstream' ? 'unavailable' : undefined;
}

/** Notes for the audit, the log and whoever wants it explained that a call is sent again. */
export function noteRetry({ notes, timings }: Call): void {
  if (notes !== undefined) notes.isRetried = true;
  if (timings !== undefined) timings.retries = (timings.retries ?? 0) + 1;
}

/**
 * Sends a read once more whose connection ended before there was an answer: a new one is dialled. For one Cuebot; where there
 * are several, `placeCalls` does it. A write is never sent again here: whether it was carried out, nobody knows.
 */
export function retryAfterReset({ budget, onRetry }: RetryOptions): Interceptor {
  return ({ kind }) => {
    if (kind === 'write') return passOn;
    const again = (next: Invoke, call: Call, cause: unknown) => {
      const error = GatewayError.from(cause);
      if (whyAgain(error, kind, call) !== 'reset') throw error;
      if (!budget.spend()) {
        onRetry('budget');
        throw error;
      }
      onRetry('reset');
      noteRetry(call);
      return next(call);
    };
    return (next) => (call) => {
      budget.earn();
      return next(call).catch((error: unknown) => again(next, call, error));
    };
  };
}
