import type { Call, Invoke, InvokeOf, Reply } from '../call/call.ts';
import { deadlineExceeded, GatewayError, type Metadata } from '../call/gateway-error.ts';
import { type StatusName, statuses } from '../call/status.ts';

import type { DeviceLogin } from './device-login.ts';

/** Where calls go, and whose they are. */
export interface ForwardOptions {
  /** The gateway, e.g. `https://cuegate.studio.example`; a path in it stays in front. */
  readonly gateway: string;
  readonly login: Pick<DeviceLogin, 'token' | 'refused'>;
}

/** How long after a call's deadline its answer is waited for: the gateway says best what became of it. */
const graceMs = 2_000;

/**
 * Sends calls to a gateway elsewhere by Connect (https://connectrpc.com/docs/protocol/#unary-request): bytes in, bytes out, with
 * the user's own token.
 */
export function forwardCalls({ gateway, login }: ForwardOptions): InvokeOf {
  const base = gateway.replace(/\/$/, '');
  return (method): Invoke => {
    const url = `${base}/${method.fullName}`;
    return async (call) => {
      const token = await login.token();
      try {
        return await send(url, call, token);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.status.name !== 'UNAUTHENTICATED') throw error;
        // It was not sent on, so it may be sent again with another token.
        login.refused(token);
        return send(url, call, await login.token());
      }
    };
  };
}

async function send(url: string, call: Call, token: string): Promise<Reply> {
  const { request, requestId, timeoutMs, signal } = call;
  if (timeoutMs !== undefined && timeoutMs <= 0) throw deadlineExceeded();
  const controller = new AbortController();
  const leave = () => controller.abort();
  signal.addEventListener('abort', leave);
  const timer = timeoutMs === undefined ? undefined : setTimeout(leave, Math.min(timeoutMs + graceMs, longestTimerMs));
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'connect-protocol-version': '1',
        'content-type': 'application/proto',
        'x-request-id': requestId,
        ...(timeoutMs !== undefined && { 'connect-timeout-ms': String(Math.min(Math.ceil(timeoutMs), 9_999_999_999)) }),
      },
      body: Buffer.from(request),
      // A token is for the gateway that the user named, and nobody else.
      redirect: 'error',
      signal: controller.signal,
    });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) throw errorOf(response.status, body);
    return { message: body, header: nothing, trailer: nothing };
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    if (signal.aborted) throw new GatewayError('CANCELLED', 'the caller has gone', { cause: error });
    if (controller.signal.aborted) throw deadlineExceeded();
    throw unreachable(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
}

const nothing: Metadata = Object.freeze([]);

/** More than this a timer of Node's does not hold. */
const longestTimerMs = 2 ** 31 - 1;

/** Connect's names are gRPC's in lower case, but for one letter. https://connectrpc.com/docs/protocol/#error-codes */
const names = new Map<unknown, StatusName>(
  statuses.map(({ name }) => [name === 'CANCELLED' ? 'canceled' : name.toLowerCase(), name]),
);

/** What an answer without an error of Connect's means. https://connectrpc.com/docs/protocol/#http-to-error-code */
const byHttpStatus: Readonly<Record<number, StatusName>> = {
  400: 'INTERNAL',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  429: 'UNAVAILABLE',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

function errorOf(httpStatus: number, body: Buffer): GatewayError {
  const told = readError(body);
  const name = names.get(told?.code);
  // The gateway's UNAVAILABLE means that nothing was sent.
  if (name !== undefined) return new GatewayError(name, String(told?.message ?? ''), { origin: 'upstream' });
  const status = byHttpStatus[httpStatus] ?? 'UNKNOWN';
  // A proxy in between gave up, and what became of the call it does not know.
  const mayHaveHappened = httpStatus >= 500 && httpStatus !== 503;
  const message = `the gateway, or a proxy in front of it, answered with HTTP status ${httpStatus}`;
  return new GatewayError(status, message, { mayHaveHappened });
}

function readError(body: Buffer): { readonly code?: unknown; readonly message?: unknown } | undefined {
  try {
    return JSON.parse(body.toString()) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Before there is a connection, nothing was sent. */
const unsent =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|CERT_.*|.*_CERT.*)$/;

function unreachable(error: unknown): GatewayError {
  const code = codeOf(error);
  const mayHaveHappened = !unsent.test(code);
  const message = mayHaveHappened ? 'the connection to the gateway broke' : 'the gateway cannot be reached';
  return new GatewayError('UNAVAILABLE', `${message}${code === '' ? '' : ` (${code})`}`, {
    mayHaveHappened,
    cause: error,
  });
}

function codeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : '';
}
