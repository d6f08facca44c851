import type { Logger } from '../telemetry/logger.ts';

import { GatewayError } from '../call/gateway-error.ts';

import type { Interceptor } from './interceptor.ts';

/**
 * Writes down how each call ended, with what really happened (`cause`), under the request id: callers are shown less than
 * the log knows. Also the last door for foreign errors, so that everything left of here rejects with a GatewayError.
 */
export function observe(logger: Logger): Interceptor {
  return ({ method }) => {
    const rpc = method.fullName;
    return (next) => async (call) => {
      const startedAt = performance.now();
      const fieldsOf = (status: string) => ({
        requestId: call.requestId,
        surface: call.surface,
        rpc,
        subject: call.identity.subject,
        status,
        durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      });
      try {
        const reply = await next(call);
        logger.debug(fieldsOf('OK'), 'call answered');
        return reply;
      } catch (error) {
        const failure = GatewayError.from(error);
        const fields = { ...fieldsOf(failure.status.name), reason: failure.reason, detail: failure.message };
        if (failure.reason === 'UNEXPECTED')
          logger.error({ ...fields, err: failure.cause }, 'call failed unexpectedly');
        else if (failure.status.name === 'INTERNAL' || failure.status.name === 'UNKNOWN')
          logger.warn(fields, 'call failed');
        else logger.info(fields, 'call failed');
        throw failure;
      }
    };
  };
}
