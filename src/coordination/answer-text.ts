import type { Reply } from '../call/call.ts';
import { GatewayError, type Metadata } from '../call/gateway-error.ts';

/** A longer answer is not kept; those of the RPCs that take keys have some kB. In bytes. */
const maxBytes = 1024 * 1024;

type MetadataText = readonly (readonly [key: string, value: string | { readonly base64: string }])[];

interface ReplyText {
  readonly message: string;
  readonly header: MetadataText;
  readonly trailer: MetadataText;
}

interface ErrorText {
  readonly code: number;
  readonly said: string;
  readonly origin: GatewayError['origin'];
  readonly reason: string;
  readonly details?: string;
}

/** What came of a call, as JSON, bytes in Base64 (RFC 4648). Never empty. */
export function writeAnswer(answer: Reply | GatewayError): string {
  if (answer instanceof GatewayError) {
    const { status, message: said, origin, reason, statusDetails } = answer;
    const details = statusDetails && { details: base64Of(statusDetails) };
    return JSON.stringify({ code: status.code, said, origin, reason, ...details } satisfies ErrorText);
  }
  if (answer.message.byteLength > maxBytes) return writeAnswer(tooLong());
  const text: ReplyText = {
    message: base64Of(answer.message),
    header: writeMetadata(answer.header),
    trailer: writeMetadata(answer.trailer),
  };
  return JSON.stringify(text);
}

/** Reads what `writeAnswer` wrote, here or in another gateway. */
export function readAnswer(text: string): Reply | GatewayError {
  const found = JSON.parse(text) as ReplyText | ErrorText;
  if ('message' in found) {
    const { message, header, trailer } = found;
    return { message: Buffer.from(message, 'base64'), header: readMetadata(header), trailer: readMetadata(trailer) };
  }
  const { code, said, origin, reason, details } = found;
  return new GatewayError(code, said, {
    origin,
    reason,
    mayHaveHappened: true,
    ...(details !== undefined && { statusDetails: Buffer.from(details, 'base64') }),
  });
}

function tooLong(): GatewayError {
  return new GatewayError(
    'UNKNOWN',
    'this call was carried out through another gateway, and its answer is too long to be kept',
    { reason: 'ANSWER_NOT_KEPT', mayHaveHappened: true },
  );
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function writeMetadata(metadata: Metadata): MetadataText {
  return metadata.map(([key, value]) => [key, typeof value === 'string' ? value : { base64: base64Of(value) }]);
}

function readMetadata(metadata: MetadataText): Metadata {
  return metadata.map(([key, value]) => [key, typeof value === 'string' ? value : Buffer.from(value.base64, 'base64')]);
}
