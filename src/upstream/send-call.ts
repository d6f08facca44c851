import { Metadata as GrpcMetadata, type StatusObject, status } from '@grpc/grpc-js';

import type { Call, Reply } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';

import { readMetadata, writeMetadata } from './metadata.ts';
import { translateStatus } from './translate-status.ts';
import type { UpstreamChannel } from './upstream-channel.ts';

/** What of a call is sent, and until when. */
export type SentRequest = Pick<Call, 'request' | 'metadata' | 'deadlineAt' | 'signal'>;

/**
 * Sends a unary call and waits for its answer. `path` is `/<package>.<Service>/<Method>`. Rejects with a GatewayError.
 *
 * It uses the channel below grpc-js' client: `makeUnaryRequest` records a stack for each call and puts four objects around
 * it, which is a fifth of what a small call costs.
 *
 * @param onDeadline told when there was no answer in time
 */
export function sendCall(
  channel: Pick<UpstreamChannel, 'createCall'>,
  path: string,
  call: SentRequest,
  onDeadline?: () => void,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { request, metadata, deadlineAt = Number.POSITIVE_INFINITY, signal } = call;
    let header: GrpcMetadata | undefined;
    let message: Buffer | undefined;
    try {
      const started = channel.createCall(path, deadlineAt, null, null, null);
      const cancel = () => started.cancelWithStatus(status.CANCELLED, 'Cancelled on client');
      started.start(writeMetadata(metadata), {
        onReceiveMetadata: (received) => {
          header = received;
        },
        onReceiveMessage: (received) => {
          if (message !== undefined) started.cancelWithStatus(status.INTERNAL, secondMessage);
          message = received;
          // What comes next is the status; a second message would wait for ever to be read, and the status behind it.
          started.startRead();
        },
        // Comes last, and carries the trailer.
        onReceiveStatus: (ended) => {
          signal.removeEventListener('abort', cancel);
          if (ended.code === status.DEADLINE_EXCEEDED) onDeadline?.();
          if (ended.code !== status.OK) reject(translateStatus(ended, header));
          else if (message === undefined) reject(translateStatus(noMessage, header));
          else resolve({ message, header: readMetadata(header), trailer: readMetadata(ended.metadata) });
        },
      });
      started.startRead();
      started.sendMessageWithContext({}, toBuffer(request));
      started.halfClose();
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel);
    } catch (error) {
      reject(GatewayError.from(error));
    }
  });
}

/** As grpc-go words it. */
const secondMessage =
  'cardinality violation: expected <EOF> for non server-streaming RPCs, but received another message';

/** As grpc-js words it. */
const noMessage: StatusObject = {
  code: status.UNIMPLEMENTED,
  details: 'No message received',
  metadata: new GrpcMetadata(),
};

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
