import type { IncomingMessage, ServerResponse } from 'node:http';

import { type ReadBodyOptions, readBody } from '../http/read-body.ts';
import { callerGone, GatewayError } from '../call/gateway-error.ts';

import { firstLineOf } from './header-fields.ts';

/** The only media type, without parameters, with which `X-HTTP-Method-Override` means anything. */
const formType = 'application/x-www-form-urlencoded';

const formReading: ReadBodyOptions = {
  /** As in Go's net/http. */
  maxBytes: 10 * 1024 * 1024,
  tooLong: () => new GatewayError('INVALID_ARGUMENT', 'http: POST too large', { reason: 'BODY_TOO_LARGE' }),
  gone: callerGone,
};

/**
 * What `X-HTTP-Method-Override` turns the request into, in upper case; undefined when it turns it into nothing. The body
 * of such a request is read as a form, and nothing is left of it for the message. Rejects with INVALID_ARGUMENT in Go's
 * words when the form is malformed or too long.
 */
export function readOverriddenMethod(request: IncomingMessage, response: ServerResponse): Promise<string> | undefined {
  const { headers, method } = request;
  if (headers['content-type'] !== formType || headers['x-http-method-override'] === undefined) return undefined;
  const override = firstLineOf(request, 'x-http-method-override');
  return method === 'POST' && override !== '' ? readForm(request, response, override) : undefined;
}

async function readForm(request: IncomingMessage, response: ServerResponse, override: string): Promise<string> {
  const url = request.url ?? '';
  const queryAt = url.indexOf('?');
  const body = await readBody(request, response, formReading);
  assertForm(body, queryAt < 0 ? '' : url.slice(queryAt + 1));
  return override.toUpperCase();
}

/**
 * Checks a body and a query as Go's Request.ParseForm does. Nothing is made of the values: an RPC takes its message from
 * JSON alone. Throws INVALID_ARGUMENT with Go's text; what is wrong with the body is said before the query.
 */
function assertForm(body: Buffer, query: string): void {
  const problem = problemOf(body.toString('latin1')) ?? problemOf(query);
  if (problem !== undefined) throw new GatewayError('INVALID_ARGUMENT', problem);
}

function problemOf(form: string): string | undefined {
  let problem: string | undefined;
  for (const pair of form.split('&')) {
    if (pair.includes(';')) {
      problem = 'invalid semicolon separator in query';
      continue;
    }
    const broken = /%(?![0-9A-Fa-f]{2})/.exec(pair);
    if (broken !== null) problem ??= `invalid URL escape ${quote(pair.slice(broken.index, broken.index + 3))}`;
  }
  return problem;
}

/** Text of one character per byte, quoted as Go's %q shows bytes that are not printable ASCII. */
function quote(bytes: string): string {
  const escaped = bytes.replace(/["\\]/g, '\\$&').replace(/[^ -~]/g, (byte) => {
    return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}
