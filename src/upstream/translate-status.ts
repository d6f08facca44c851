import type { Metadata as GrpcMetadata, StatusObject } from '@grpc/grpc-js';

import { type ConnectionLoss, GatewayError } from '../call/gateway-error.ts';
import { statusCode, type StatusName } from '../call/status.ts';

import { readMetadata } from './metadata.ts';

/** What is known of a call without an answer: it may have been carried out, or cannot have been. */
type Fate = 'unknown' | 'not done';

/**
 * Texts that grpc-js, or this room, makes up when there was no answer, and what REST clients know in their place from the Go
 * gateway. The Go texts name the upstream's address in two of them; ours never do.
 */
const localTexts: readonly (readonly [
  text: RegExp,
  status: StatusName,
  fate: Fate,
  translate: (match: RegExpExecArray) => string,
])[] = [
  [/^Deadline exceeded\b/, 'DEADLINE_EXCEEDED', 'unknown', () => 'context deadline exceeded'],
  [/^Cancelled (?:on client|by parent call)$/, 'CANCELLED', 'unknown', () => 'context canceled'],
  [
    /^(?:round_robin: )?No connection established\b/,
    'UNAVAILABLE',
    'not done',
    () => 'connection error: desc = "transport: Error while dialing: connect: connection refused"',
  ],
  [
    /^Channel closed before call started$/,
    'UNAVAILABLE',
    'not done',
    () => 'connection error: desc = "transport: the connection was given up"',
  ],
  [/^Name resolution failed\b/, 'UNAVAILABLE', 'not done', () => 'name resolver error: produced zero addresses'],
  [/^Connection dropped$|ECONNRESET|ETIMEDOUT|EPIPE/, 'UNAVAILABLE', 'unknown', () => 'error reading from server: EOF'],
  [/^Stream refused by server$/, 'UNAVAILABLE', 'not done', () => streamReset('REFUSED_STREAM')],
  [/^Call cancelled$/, 'CANCELLED', 'unknown', () => streamReset('CANCEL')],
  [/^Bandwidth exhausted or memory limit/, 'RESOURCE_EXHAUSTED', 'unknown', () => streamReset('ENHANCE_YOUR_CALM')],
  [/^Protocol not secure enough$/, 'PERMISSION_DENIED', 'not done', () => streamReset('INADEQUATE_SECURITY')],
  [
    /^Received message larger than max \((\d+) vs\.? (\d+)\)$/,
    'RESOURCE_EXHAUSTED',
    'unknown',
    ([, size, max]) => `grpc: received message larger than max (${size} vs. ${max})`,
  ],
  [
    /^Received RST_STREAM with code (\d+)\b/,
    'INTERNAL',
    'unknown',
    ([, code]) => streamReset(http2Errors[Number(code)] ?? `${code}`),
  ],
  [/^grpc: compressed flag set\b|^cardinality violation\b/, 'INTERNAL', 'unknown', ({ input }) => input],
  [/^transport: received unexpected content-type\b|^malformed header\b/, 'UNKNOWN', 'unknown', ({ input }) => input],
];

/** RFC 9113, section 7. */
const http2Errors = (
  'NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR ' +
  'REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED'
).split(' ');

/** A server that shuts down cancels what it has under way; nobody else does. */
function lossOf(status: StatusName, fate: Fate, details: string): ConnectionLoss | undefined {
  if (status !== 'UNAVAILABLE' && details !== 'Call cancelled') return undefined;
  return fate === 'unknown' ? 'reset' : 'unsent';
}

function streamReset(name: string): string {
  return `stream terminated by RST_STREAM with error code: ${name}`;
}

/**
 * What grpc-js reports; without metadata where it makes the error up by itself, and without anything for a message that is
 * compressed by no encoding, or by one that it does not know.
 */
type EndedStatus = Partial<Pick<StatusObject, 'code' | 'details'>> & { readonly metadata?: GrpcMetadata };

/** The first half is grpc-go's. */
const unknownCompression = 'grpc: compressed flag set with identity or empty encoding, or one that is not known here';

/** Translates how a call ended badly into a GatewayError; `header` is what arrived before the failure. */
export function translateStatus(
  { code = statusCode.INTERNAL, details = unknownCompression, metadata }: EndedStatus,
  header: GrpcMetadata | undefined,
): GatewayError {
  const statusDetails = metadata?.get('grpc-status-details-bin').at(-1);
  const options = {
    origin: 'upstream',
    header: readMetadata(header),
    trailer: readMetadata(metadata),
    ...(statusDetails instanceof Uint8Array && { statusDetails }),
  } as const;
  for (const [text, status, fate, translate] of localTexts) {
    const match = text.exec(details);
    if (match === null) continue;
    // The text itself names addresses; it is for the log.
    return new GatewayError(status, translate(match), {
      ...options,
      mayHaveHappened: fate === 'unknown',
      connectionLoss: lossOf(status, fate, details),
      cause: details,
    });
  }
  return new GatewayError(code, details, options);
}
