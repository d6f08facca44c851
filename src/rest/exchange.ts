import type { ServerResponse } from 'node:http';

import type { Hold } from '../http/byte-budget.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { Call } from '../call/call.ts';
import type { CallSignal } from '../call/call-signal.ts';
import { GatewayError, type Metadata } from '../call/gateway-error.ts';
import type { Identity } from '../call/identity.ts';

import type { Progress } from './render-error.ts';
import type { Answer } from './send-answer.ts';

/** A request whose head and body have been accepted, on its way to its RPC. */
export interface Exchange {
  readonly body: Buffer;
  readonly identity: Identity;
  readonly metadata: Metadata;
  readonly timeoutMs: number | undefined;
  readonly signal: CallSignal;
  readonly requestId: string;
  /** The client's network address. */
  readonly peer: string | undefined;
  /** The header `Idempotency-Key`, for the RPCs that look at it. */
  readonly idempotencyKey: string | undefined;
  /** What it is traced under; undefined: nothing is. */
  readonly span: Call['span'];
  readonly progress: Progress;
  /** What is held in memory for this request. */
  readonly hold: Hold;
  readonly response: ServerResponse;
}

/**
 * Performs the RPC of a route. Resolves to the answer, or to undefined when it has sent one itself; rejects with whatever
 * becomes an error body.
 */
export type Respond = (exchange: Exchange) => Promise<Answer | undefined>;

/** The call of an exchange. Throws INTERNAL for metadata that gRPC refuses, as late as grpc-gateway notices. */
export function callOf(exchange: Exchange, method: MethodDescriptor, request: Uint8Array): Call {
  const { identity, metadata, timeoutMs, signal, span, requestId, peer, idempotencyKey } = exchange;
  if (metadata.some(([key]) => key === '')) {
    throw new GatewayError('INTERNAL', 'there is an empty key in the header', { reason: 'BAD_METADATA' });
  }
  const call = {
    method,
    request,
    identity,
    surface: 'rest',
    metadata,
    timeoutMs,
    signal,
    span,
    requestId,
    peer,
  } as const;
  return idempotencyKey === undefined ? call : { ...call, idempotencyKey };
}
