import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

import { GatewayError } from '../call/gateway-error.ts';
import { retryFieldsOf } from '../call/retry-fields.ts';
import { type StatusName, statuses } from '../call/status.ts';

import { acceptsGzip, assertReadable } from './compress-message.ts';
import { type Detail, readDetails } from './error-details.ts';
import { writeMetadata } from './http-metadata.ts';
import type { Protocol, RequestHead } from './protocol.ts';

/**
 * Connect's unary protocol: one message is one HTTP body, metadata are headers, and errors are JSON.
 * https://connectrpc.com/docs/protocol/#unary-request
 */
export const connectProtocol: Protocol = {
  readHead: (headers) => {
    const version = headers['connect-protocol-version'];
    if (version !== undefined && version !== '1') {
      throw invalid(`connect-protocol-version is "${version}"; expected "1"`);
    }
    const codec = codecOf(headers['content-type']);
    return { ...headOf(headers, codec), encoding: headers['content-encoding'] ?? 'identity' };
  },
  readMessage: (body, { encoding }) => {
    assertReadable(encoding);
    return { message: body, isCompressed: encoding === 'gzip' && body.length > 0 };
  },
  formatReply: ({ message, isCompressed, header, trailer }, { contentType }) => ({
    status: 200,
    headers: {
      ...writeMetadata(header),
      ...writeMetadata(trailer, 'trailer-'),
      'content-type': contentType,
      ...(isCompressed && { 'content-encoding': 'gzip' }),
      vary: 'Accept-Encoding',
    },
    body: message,
  }),
  formatError: (error, _, challenge) => {
    const { status, message, reason, statusDetails, header, trailer } = error;
    // Not the RPC's errors but HTTP's: clients tell them by the status.
    if (reason === 'METHOD_NOT_ALLOWED') return { status: 405, headers: { allow: 'POST' }, body: Buffer.alloc(0) };
    const httpStatus = reason === 'UNKNOWN_RPC' ? 404 : status.httpStatus;
    const details = statusDetails === undefined ? [] : readDetails(statusDetails);
    const headers: OutgoingHttpHeaders = {
      ...writeMetadata(header),
      ...writeMetadata(trailer, 'trailer-'),
      'content-type': 'application/json',
      ...retryFieldsOf(error),
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
    };
    return { status: httpStatus, headers, body: Buffer.from(formatConnectError(status.name, message, details)) };
  },
};

/**
 * A read by GET: the message stands in the query, so that browsers and proxies may keep the answer.
 * https://connectrpc.com/docs/protocol/#unary-get-request
 *
 * @returns the head and the message; the message is still compressed where the head says so
 */
export function readConnectQuery(
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): { readonly head: RequestHead; readonly body: Buffer } {
  const encoding = query.get('encoding');
  if (encoding !== 'json' && encoding !== 'proto') {
    throw invalid(`the query's "encoding" is ${quote(encoding)}; expected "json" or "proto"`);
  }
  const message = query.get('message');
  if (message === null) throw invalid('the query has no "message"; an empty one is allowed');
  const base64 = query.get('base64');
  if (base64 !== null && base64 !== '1')
    throw invalid(`the query's "base64" is ${quote(base64)}; expected "1", or none`);
  const head = { ...headOf(headers, encoding), encoding: query.get('compression') ?? 'identity' };
  return { head, body: base64 === null ? Buffer.from(message) : Buffer.from(message, 'base64url') };
}

const timeoutForm = /^\d{1,10}$/;

function headOf(headers: IncomingHttpHeaders, codec: RequestHead['codec']): Omit<RequestHead, 'encoding'> {
  const timeout = headers['connect-timeout-ms'];
  if (timeout !== undefined && !timeoutForm.test(String(timeout))) {
    throw invalid(`connect-timeout-ms is ${quote(String(timeout))}; expected at most ten digits`);
  }
  return {
    surface: 'connect',
    codec,
    timeoutMs: timeout === undefined ? undefined : Number(timeout),
    isText: false,
    isFramed: false,
    contentType: `application/${codec}`,
    acceptsGzip: acceptsGzip(headers['accept-encoding']),
  };
}

function codecOf(contentType = ''): RequestHead['codec'] {
  return contentType.split(';', 1)[0]!.trim().toLowerCase() === 'application/proto' ? 'proto' : 'json';
}

function invalid(message: string): GatewayError {
  return new GatewayError('INVALID_ARGUMENT', message, { reason: 'BAD_CONNECT_REQUEST' });
}

function quote(text: string | null): string {
  return text === null ? 'missing' : JSON.stringify(text.slice(0, 100));
}

/** Connect's names are gRPC's in lower case, but for one letter. https://connectrpc.com/docs/protocol/#error-codes */
const codeNames = Object.fromEntries(
  statuses.map(({ name }) => [name, name === 'CANCELLED' ? 'canceled' : name.toLowerCase()]),
) as Readonly<Record<StatusName, string>>;

/** https://connectrpc.com/docs/protocol/#error-end-stream */
function formatConnectError(name: StatusName, message: string, details: readonly Detail[]): string {
  return JSON.stringify({
    code: codeNames[name],
    ...(message !== '' && { message }),
    ...(details.length > 0 && {
      details: details.map(({ type, value }) => ({ type, value: value.toString('base64').replace(/=+$/, '') })),
    }),
  });
}
