import type { MethodDescriptor } from '../registry/descriptors.ts';

import type { Metadata } from './gateway-error.ts';
import type { Identity } from './identity.ts';

/** One RPC on its way through the waist, from whichever surface. The message stays bytes; only `codec/` opens it. */
export interface Call {
  readonly method: MethodDescriptor;
  /** The encoded request message. */
  readonly request: Uint8Array;
  readonly identity: Identity;
  /** Which surface it came in by. */
  readonly surface: 'rest' | 'graphql';
  /** Metadata to send upstream. */
  readonly metadata: Metadata;
  /** How long the caller is willing to wait, in milliseconds; undefined: as long as the gateway allows. */
  readonly timeoutMs: number | undefined;
  /** When the call must have ended, in epoch milliseconds. Set by the deadline interceptor; surfaces leave it undefined. */
  readonly deadlineAt?: number;
  /** Fires when the caller has gone away. */
  readonly signal: AbortSignal;
  /** Ties log lines, audit records and answers together. */
  readonly requestId: string;
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

/** Sends a call and waits for its reply. Rejects with a GatewayError, and with nothing else. */
export type Invoke = (call: Call) => Promise<Reply>;

/** One concern wrapped around the rest of the waist. */
export type Interceptor = (next: Invoke) => Invoke;
