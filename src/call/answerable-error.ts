import { GatewayError } from './gateway-error.ts';
import type { StatusName } from './status.ts';

/**
 * Statuses by which clients of Cuebot send a call again: pycue launches a job four times on these. They must mean "not sent".
 * https://github.com/AcademySoftwareFoundation/OpenCue/blob/master/pycue/opencue/cuebot.py
 */
const invitesRetry: ReadonlySet<StatusName> = new Set<StatusName>(['UNAVAILABLE', 'CANCELLED']);

/**
 * What a client of an RPC protocol may be told of an error: nothing by which it would do twice what may have happened already. A
 * read may be sent again at any time, so its errors are told as they are.
 */
export function answerableError(error: GatewayError, isRead: boolean): GatewayError {
  const { status, header, trailer, mayHaveHappened, reason } = error;
  if (isRead || !mayHaveHappened || !invitesRetry.has(status.name)) return error;
  const message = `the call was sent and its answer was lost (${status.name}: ${error.message}); it may have been carried out`;
  return new GatewayError('UNKNOWN', message, {
    origin: error.origin,
    reason,
    header,
    // They would contradict the status, and so would the error's own details.
    trailer: trailer.filter(([key]) => key !== 'grpc-status-details-bin'),
    mayHaveHappened,
    cause: error,
  });
}
