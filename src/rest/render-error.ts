import type { JsonStyle } from '../codec/json/json-style.ts';
import { WireError } from '../codec/wire/wire-error.ts';
import { compileWireToJson } from '../codec/json/wire-to-json.ts';
import type { Registry } from '../registry/descriptors.ts';
import { compileChallenge, type FormatChallenge } from '../call/challenge.ts';
import type { GatewayError } from '../call/gateway-error.ts';
import { retryFieldsOf } from '../call/retry-fields.ts';
import { statusCode, statusOf } from '../call/status.ts';

import { statusMessage, withDetailTypes } from './detail-types.ts';
import { fieldValueOf } from './header-fields.ts';
import { announceTrailer, renderHeader, renderTrailer } from './render-metadata.ts';
import type { Answer } from './send-answer.ts';

/**
 * How far the request had come. Before it reached the RPC, an answer carries nothing but the error; from there on it
 * carries metadata, and trailers if the client takes them.
 */
export type Progress = 'before-rpc' | 'rpc' | 'rpc-with-trailers';

/** Renders an error as the answer that REST clients know. */
export type RenderError = (error: GatewayError, progress: Progress) => Answer & { readonly body: Buffer };

const jsonType = 'Content-Type: application/json\r\n';

/** What stands in for an error that cannot be written as JSON; the same bytes in both styles. */
const unrenderable = Buffer.from('{"code": 13, "message": "failed to marshal error message"}');

/**
 * Compiles the renderer of `{"code","message","details"}` bodies. Details are rendered when their type is in the registry or
 * one that every gateway knows; an error with any other becomes the fixed text above.
 */
export function compileErrorRenderer(
  registry: Registry,
  style: JsonStyle,
  formatChallenge: FormatChallenge = compileChallenge(undefined),
): RenderError {
  const detailsToJson = compileWireToJson(statusMessage, withDetailTypes(registry), style);
  const writeBody = compileBody(style);
  const plainBody = (code: number, message: string) => Buffer.from(writeBody(code, message));
  return (error, progress) => {
    if (error.origin === 'credentials') return renderRefusal(error, formatChallenge);
    let rendered: RenderedStatus;
    try {
      rendered = renderStatus(error, detailsToJson, plainBody);
    } catch {
      return {
        status: 500,
        fields: jsonType + challengeOf(error, error.message, formatChallenge),
        body: unrenderable,
      };
    }
    const { code, message, body } = rendered;
    const trailer = progress === 'rpc-with-trailers' ? error.trailer : undefined;
    const fields =
      jsonType +
      (progress === 'before-rpc' ? '' : renderHeader(error.header)) +
      Object.entries(retryFieldsOf(error)).reduce((sum, [name, value]) => `${sum}${name}: ${value}\r\n`, '') +
      (trailer === undefined ? '' : announceTrailer(trailer)) +
      challengeOf(error, message, formatChallenge);
    const trailers = trailer === undefined ? undefined : renderTrailer(trailer);
    return { status: statusOf(code).httpStatus, fields, body, trailers };
  };
}

/** Writes an error body without details. */
function compileBody(style: JsonStyle): (code: number, message: string) => string {
  const space = style === 'spaced' ? ' ' : '';
  return (code, message) => `{"code":${code},${space}"message":${JSON.stringify(message)},${space}"details":[]}`;
}

/** What the server says of a request that it turned away before this surface saw it. */
interface Blocked {
  readonly httpStatus: number;
  readonly message: string;
}

/**
 * Compiles the error body for requests that the gate in front of REST turns away: the shape that clients read any error
 * from. A wrong content type is an invalid argument, everything else is not permitted.
 */
export function compileWordBlocked(style: JsonStyle): (blocked: Blocked) => string {
  const writeBody = compileBody(style);
  return ({ httpStatus, message }) =>
    writeBody(httpStatus === 415 ? statusCode.INVALID_ARGUMENT : statusCode.PERMISSION_DENIED, message);
}

interface RenderedStatus {
  readonly code: number;
  readonly message: string;
  readonly body: Buffer;
}

/** Throws when the status has no JSON form. */
function renderStatus(
  error: GatewayError,
  detailsToJson: (wire: Uint8Array) => Buffer,
  plainBody: (code: number, message: string) => Buffer,
): RenderedStatus {
  const { status, message, statusDetails } = error;
  const detailed = statusDetails === undefined ? undefined : renderDetails(statusDetails, detailsToJson);
  if (detailed !== undefined) {
    if (detailed.code === status.code) return detailed;
    const mismatch =
      `grpc-status-details-bin mismatch: grpc-status=${status.code}, grpc-message=${JSON.stringify(message)}, ` +
      `grpc-status-details-bin has code ${detailed.code}`;
    return { code: statusCode.INTERNAL, message: mismatch, body: plainBody(statusCode.INTERNAL, mismatch) };
  }
  if (loneSurrogate.test(message)) throw new TypeError('the message is not valid Unicode');
  return { code: status.code, message, body: plainBody(status.code, message) };
}

const loneSurrogate = /\p{Surrogate}/u;

/** The status of `grpc-status-details-bin`; undefined when its bytes are no status, which is then as if they were not there. */
function renderDetails(statusDetails: Uint8Array, toJson: (wire: Uint8Array) => Buffer): RenderedStatus | undefined {
  try {
    const body = toJson(statusDetails);
    return { ...(JSON.parse(body.toString()) as { code: number; message: string }), body };
  } catch (error) {
    if (error instanceof WireError && error.kind !== 'unmarshalable') return undefined;
    throw error;
  }
}

/**
 * `Www-Authenticate` on UNAUTHENTICATED, with the message as its value: what grpc-gateway does. A refusal of our own says
 * which scope would help (RFC 6750, 3.1, https://www.rfc-editor.org/rfc/rfc6750#section-3.1).
 */
function challengeOf({ challenge, status }: GatewayError, message: string, formatChallenge: FormatChallenge): string {
  if (challenge !== undefined) return challengeField(formatChallenge(challenge));
  return status.name === 'UNAUTHENTICATED' ? challengeField(fieldValueOf(Buffer.from(message))) : '';
}

function challengeField(value: string): string {
  return `Www-Authenticate: ${value}\r\n`;
}

/**
 * A missing or bad token: plain text, as the Go gateway's middleware answers it. That has no challenge; refusals that the
 * middleware did not know, of other than shared-secret tokens, have one.
 */
function renderRefusal(
  { message, challenge }: GatewayError,
  formatChallenge: FormatChallenge,
): Answer & { readonly body: Buffer } {
  const fields =
    'Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n' +
    (challenge === undefined ? '' : challengeField(formatChallenge(challenge)));
  return { status: 401, fields, body: Buffer.from(`${message}\n`) };
}
