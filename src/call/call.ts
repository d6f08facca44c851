import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { Span } from '../telemetry/span.ts';

import type { CallSignal } from './call-signal.ts';
import type { Decision } from './decision.ts';
import type { Metadata } from './gateway-error.ts';
import type { Identity } from './identity.ts';

/** The ways in: which protocol a caller speaks. */
export const surfaces = ['rest', 'graphql', 'grpc', 'connect', 'grpc-web'] as const;

/** A way in. */
export type Surface = (typeof surfaces)[number];

/** One RPC on its way through the pipeline, from whichever surface. The message stays bytes; only `codec/` opens it. */
export interface Call {
  readonly method: MethodDescriptor;
  /** The encoded request message. */
  readonly request: Uint8Array;
  readonly identity: Identity;
  /** Which surface it came in by. */
  readonly surface: Surface;
  /** Metadata to send upstream. */
  readonly metadata: Metadata;
  /** How long the caller is willing to wait, in milliseconds; undefined: as long as the gateway allows. */
  readonly timeoutMs: number | undefined;
  /** When the call must have ended, in epoch milliseconds. Set by the pipeline; surfaces leave it undefined. */
  readonly deadlineAt?: number;
  /** Fires when the caller has gone away. */
  readonly signal: CallSignal;
  /** Ties log lines, audit records and answers together. */
  readonly requestId: string;
  /** The network address at the other end of the caller's connection; undefined when it is gone already. */
  readonly peer?: string | undefined;
  /** A read that a reply of this age will do for, in milliseconds; undefined: only a reply that is asked for from now on. */
  readonly maxAgeMs?: number;
  /** Whether the caller has said that empty criteria are meant, and mean everything. */
  readonly meansEverything?: boolean;
  /** Names this very request, so that sending it again does not do it twice. */
  readonly idempotencyKey?: string;
  /** Filled on the way, for callers who want to know where the time went. */
  readonly timings?: CallTimings;
  /** What it is traced under: of surfaces the request or the operation, in the pipeline the call itself. Undefined: nothing is traced. */
  readonly span?: Span | undefined;
  /** Set by the pipeline; surfaces leave it undefined. */
  readonly notes?: CallNotes;
}

/**
 * What an inner interceptor finds out about a call and an outer one must know: interceptors hand a changed copy of the call
 * inwards, and nothing outwards but the reply.
 */
export interface CallNotes {
  /** Whether the caller may, and why. */
  decision?: Decision;
  /** The user whom the request names, where it may name another one than its caller: a service's, or one whose token names nobody. */
  onBehalfOf?: string;
  /** Whether the caller's own name took the place of the one in the request, if there was one. */
  replacesName?: boolean;
  /** The call as it was sent upstream; undefined: it was not sent. */
  sent?: SentCall;
  /** Which of several Cuebots it went to, the last one where it was sent again. */
  endpoint?: string;
  /** Whether it was sent again. */
  isRetried?: boolean;
  /** What the request comes to, where that is hardly what its caller meant. */
  effect?: CallEffect;
}

/** A write that changes nothing, for what it needs is missing; or one on everything that there is, for it narrows nothing. */
export type CallEffect = 'nothing' | 'everything';

/** A call that was sent. Its caller may not wait for the reply. */
export interface SentCall {
  readonly reply: Promise<Reply>;
  /** Whether the reply is there, or the error in its place. */
  isAnswered: boolean;
}

/**
 * Where the time of one call went, in milliseconds. Its maker passes an empty one along, and the pipeline fills it in; it
 * stays empty when the call was answered by another one's reply.
 */
export interface CallTimings {
  /** Spent waiting for its turn in a lane. */
  queuedMs?: number;
  /** From sending to the last byte of the reply, or to the failure. */
  upstreamMs?: number;
  /** How often it was sent again. */
  retries?: number;
}

/** A successful answer. */
export interface Reply {
  /** The encoded response message. */
  readonly message: Uint8Array;
  /** Initial metadata of the upstream's answer, in wire order. */
  readonly header: Metadata;
  /** Trailing metadata, without the status itself. */
  readonly trailer: Metadata;
}

/** Sends a call and waits for its reply. Rejects with a GatewayError, and with nothing else; never throws. */
export type Invoke = (call: Call) => Promise<Reply>;

/** What sends the calls of one RPC. The answer depends on nothing else, so that it can be asked for once, at boot. */
export type InvokeOf = (method: MethodDescriptor) => Invoke;

/** Calls with equal keys would be answered alike, whoever makes them: same RPC, same request, same metadata. */
export function readKeyOf({ method, request, metadata }: Call): string {
  const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength).toString('latin1');
  return `${method.fullName}\n${metadata.length === 0 ? '' : JSON.stringify(metadata)}\n${bytes}`;
}
