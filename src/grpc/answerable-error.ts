import type { GatewayError, Metadata } from '../call/gateway-error.ts';
import { type StatusName, statusCode } from '../call/status.ts';

/** A failed call as gRPC answers it. */
export interface AnswerableError {
  /** Also numbers that gRPC has no name for, as the upstream sent them. */
  readonly code: number;
  readonly message: string;
  readonly header: Metadata;
  readonly trailer: Metadata;
  /** The raw `google.rpc.Status`, where the upstream sent one. */
  readonly statusDetails: Uint8Array | undefined;
}

/**
 * Statuses by which clients of Cuebot send a call again: pycue launches a job four times on these. They must mean "not sent".
 * https://github.com/AcademySoftwareFoundation/OpenCue/blob/master/pycue/opencue/cuebot.py
 */
const invitesRetry: ReadonlySet<StatusName> = new Set<StatusName>(['UNAVAILABLE', 'CANCELLED']);

/**
 * What a client may be told of an error: nothing by which it would do twice what may have happened already. A read may be sent
 * again at any time, so its errors are told as they are.
 */
export function answerableError(error: GatewayError, isRead: boolean): AnswerableError {
  const { status, header, trailer, statusDetails, mayHaveHappened } = error;
  if (!isRead && mayHaveHappened && invitesRetry.has(status.name)) {
    return {
      code: statusCode.UNKNOWN,
      message: `the call was sent and its answer was lost (${status.name}: ${error.message}); it may have been carried out`,
      header,
      // They would contradict the status.
      trailer: trailer.filter(([key]) => key !== 'grpc-status-details-bin'),
      statusDetails: undefined,
    };
  }
  return { code: status.code, message: error.message, header, trailer, statusDetails };
}
