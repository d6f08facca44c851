import type { Metadata as GrpcMetadata, ServiceError } from '@grpc/grpc-js';

import { GatewayError, type Metadata } from '../rpc/gateway-error.ts';
import type { StatusName } from '../rpc/status.ts';

import { readMetadata } from './read-metadata.ts';

/**
 * Texts that grpc-js makes up by itself when there was no answer, and what REST clients know in their place from the Go
 * gateway. The Go texts name the upstream's address in two of them; ours never do.
 */
const localTexts: readonly (readonly [
  text: RegExp,
  status: StatusName,
  translate: (match: RegExpExecArray) => string,
])[] = [
  [/^Deadline exceeded\b/, 'DEADLINE_EXCEEDED', () => 'context deadline exceeded'],
  [/^Cancelled (?:on client|by parent call)$/, 'CANCELLED', () => 'context canceled'],
  [
    /^(?:round_robin: )?No connection established\b/,
    'UNAVAILABLE',
    () => 'connection error: desc = "transport: Error while dialing: connect: connection refused"',
  ],
  [/^Name resolution failed\b/, 'UNAVAILABLE', () => 'name resolver error: produced zero addresses'],
  [/^Connection dropped$|ECONNRESET|ETIMEDOUT|EPIPE/, 'UNAVAILABLE', () => 'error reading from server: EOF'],
  [/^Stream refused by server$/, 'UNAVAILABLE', () => streamReset('REFUSED_STREAM')],
  [/^Call cancelled$/, 'CANCELLED', () => streamReset('CANCEL')],
  [/^Bandwidth exhausted or memory limit/, 'RESOURCE_EXHAUSTED', () => streamReset('ENHANCE_YOUR_CALM')],
  [/^Protocol not secure enough$/, 'PERMISSION_DENIED', () => streamReset('INADEQUATE_SECURITY')],
  [
    /^Received message larger than max \((\d+) vs\.? (\d+)\)$/,
    'RESOURCE_EXHAUSTED',
    ([, size, max]) => `grpc: received message larger than max (${size} vs. ${max})`,
  ],
  [
    /^Received RST_STREAM with code (\d+)\b/,
    'INTERNAL',
    ([, code]) => streamReset(http2Errors[Number(code)] ?? `${code}`),
  ],
];

/** RFC 9113, section 7. */
const http2Errors = (
  'NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR ' +
  'REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED'
).split(' ');

function streamReset(name: string): string {
  return `stream terminated by RST_STREAM with error code: ${name}`;
}

/** Translates what grpc-js reports into the waist's error; `header` is what arrived before the failure. */
export function translateError(error: ServiceError, header: GrpcMetadata | undefined): GatewayError {
  const trailer: Metadata = readMetadata(error.metadata);
  const details = error.metadata?.get('grpc-status-details-bin').at(-1);
  const options = {
    origin: 'upstream',
    header: header === undefined ? [] : readMetadata(header),
    trailer,
    ...(details instanceof Uint8Array && { statusDetails: details }),
    cause: error,
  } as const;
  for (const [text, status, translate] of localTexts) {
    const match = text.exec(error.details);
    if (match !== null) return new GatewayError(status, translate(match), options);
  }
  return new GatewayError(error.code, error.details, options);
}
