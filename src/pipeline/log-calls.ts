import type { Logger } from '../telemetry/logger.ts';

import type { Call, CallNotes } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';

import type { Interceptor } from './interceptor.ts';

/**
 * Writes down how each call ended, with what really happened (`cause`), under the request id: callers are shown less than
 * the log knows. Calls that went well are told at debug, and cost nothing where that is off. Also the last door for foreign
 * errors, so that everything left of here rejects with a GatewayError.
 */
export function logCalls(logger: Logger): Interceptor {
  const tellsSuccess = logger.isLevelEnabled?.('debug') ?? true;
  return () => (next) => async (call) => {
    const startedAt = performance.now();
    const notes: CallNotes = {};
    try {
      const reply = await next({ ...call, notes });
      if (notes.effect !== undefined) logEffect(logger, call, notes, startedAt);
      else if (tellsSuccess) logger.debug(describe(call, notes, 'OK', startedAt), 'call answered');
      return reply;
    } catch (error) {
      throw logFailure(logger, call, notes, GatewayError.from(error), startedAt);
    }
  };
}

/** Such a call looks like any other to its caller. */
function logEffect(logger: Logger, call: Call, notes: CallNotes, startedAt: number): void {
  const { effect } = notes;
  const said = effect === 'nothing' ? 'a call was sent that does nothing' : 'a call was sent that acts on everything';
  logger.warn({ ...describe(call, notes, 'OK', startedAt), effect }, said);
}

function logFailure(
  logger: Logger,
  call: Call,
  notes: CallNotes,
  failure: GatewayError,
  startedAt: number,
): GatewayError {
  const { status, reason, message: detail, cause } = failure;
  // The upstream's own words, where callers are told other ones: they may name its address.
  const said = typeof cause === 'string' ? { cause } : undefined;
  const fields = { ...describe(call, notes, status.name, startedAt), reason, detail, ...said };
  if (reason === 'UNEXPECTED') logger.error({ ...fields, err: cause }, 'call failed unexpectedly');
  else if (status.name === 'INTERNAL' || status.name === 'UNKNOWN') logger.warn(fields, 'call failed');
  else logger.info(fields, 'call failed');
  return failure;
}

function describe(
  { requestId, surface, method, identity, span }: Call,
  { endpoint, isRetried }: CallNotes,
  status: string,
  startedAt: number,
) {
  return {
    requestId,
    surface,
    rpc: method.fullName,
    subject: identity.subject,
    status,
    ...(span?.isRecorded === true && { traceId: span.traceId }),
    ...(endpoint !== undefined && { endpoint }),
    ...(isRetried === true && { retried: true }),
    durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
  };
}
