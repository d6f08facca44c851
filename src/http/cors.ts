import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Mount } from './mount.ts';
import { sendAnswer } from './send-answer.ts';

/** Cross-origin resource sharing for the origins that the settings name. */
export interface Cors {
  /** Answers a preflight of an origin that is allowed, before any token is asked for; false: it is none, go on. */
  answersPreflight(request: IncomingMessage, response: ServerResponse, mount: Mount): boolean;
  /** Lets the page that sent the request read the answer, if its origin is allowed. Call before the answer begins. */
  shareAnswer(request: IncomingMessage, response: ServerResponse): void;
}

/** What pages may send. Browsers do not count `Authorization` into `*`, so all are named. */
const requestHeaders =
  'Authorization, Connect-Protocol-Version, Connect-Timeout-Ms, Content-Type, Grpc-Timeout, Idempotency-Key, X-API-Key, ' +
  'X-Grpc-Web, X-Request-Id, X-User-Agent';
/** What pages may read beyond the body. */
const exposedHeaders =
  'Grpc-Encoding, Grpc-Message, Grpc-Status, Grpc-Status-Details-Bin, Retry-After, WWW-Authenticate, ' +
  'X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id';
/** How long a browser may remember a preflight, in seconds: ten minutes, so that an origin that is removed is soon gone. */
const maxAgeSeconds = 600;

/**
 * Compiles cross-origin resource sharing (https://fetch.spec.whatwg.org/#http-cors-protocol); undefined when no origin is
 * named. An origin is compared as a whole and only then named in the answer; one that is not listed is answered as if
 * there were no CORS. Credentials are never allowed: tokens come in `Authorization`, which pages set themselves, and
 * nothing here is read from cookies.
 *
 * @param origins exact origins, or `*` for all
 * @param headers what pages may send beside what clients need
 */
export function compileCors(origins: readonly string[], headers: readonly string[] = []): Cors | undefined {
  if (origins.length === 0) return undefined;
  const allowedHeaders = [requestHeaders, ...headers].join(', ');
  const allowsAll = origins.includes('*');
  const allowed = new Set(origins);
  // Answers differ by origin, and caches must know (https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches).
  const vary = allowsAll ? {} : { Vary: 'Origin' };
  const allowedFor = ({ headers: { origin } }: IncomingMessage): string | undefined => {
    if (origin === undefined) return undefined;
    if (allowsAll) return '*';
    return allowed.has(origin) ? origin : undefined;
  };
  return {
    answersPreflight: (request, response, { crossSiteMethods }) => {
      if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
      const origin = allowedFor(request);
      if (origin === undefined) return false;
      // No preflight has a body; whatever sends one loses the connection with the answer.
      const { 'transfer-encoding': encoding, 'content-length': length = '0' } = request.headers;
      if (encoding !== undefined || length !== '0') response.shouldKeepAlive = false;
      sendAnswer(response, {
        status: 204,
        headers: {
          'Access-Control-Allow-Headers': allowedHeaders,
          'Access-Control-Allow-Methods': crossSiteMethods,
          'Access-Control-Allow-Origin': origin,
          'Access-Control-Max-Age': maxAgeSeconds,
          ...vary,
        },
      });
      return true;
    },
    shareAnswer: (request, response) => {
      const origin = allowedFor(request);
      if (origin !== undefined) {
        response.setHeader('Access-Control-Allow-Origin', origin);
        response.setHeader('Access-Control-Expose-Headers', exposedHeaders);
      }
      if (!allowsAll) response.setHeader('Vary', 'Origin');
    },
  };
}

/** What is wrong with an entry of the setting; undefined when nothing is. */
export function originProblem(text: string): string | undefined {
  if (text === '*') return undefined;
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  // A pattern such as https://*.example is a host in the eyes of URL, and would match nothing.
  if (origin === text && /^https?:[^*]*$/.test(origin)) return undefined;
  const hint = /^https?:[^*]*$/.test(origin) ? `; write ${origin}` : '';
  return `"${text}" is no origin; expected scheme, host and perhaps port as browsers write them, such as https://cueweb.studio.example, or *${hint}`;
}
