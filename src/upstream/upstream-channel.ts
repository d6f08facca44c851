import type { Channel, Metadata, StatusObject, status } from '@grpc/grpc-js';

/** What carries calls upstream. */
export type UpstreamTransport = 'grpc-js' | 'http2';

/** How TLS is spoken to Cuebot, or to what ends it in front of Cuebot. PEM texts. */
export interface ChannelTls {
  /** Whose certificates are believed; undefined: those of the authorities that Node brings along. */
  readonly authorities: Buffer | undefined;
  /** What the gateway shows of itself, with its key; undefined: nothing. */
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** What a call tells: the part of grpc-js' listener that a unary one needs. */
export interface CallListener {
  readonly onReceiveMetadata: (metadata: Metadata) => void;
  readonly onReceiveMessage: (message: Buffer) => void;
  readonly onReceiveStatus: (ended: StatusObject) => void;
}

/** The part of grpc-js' call that a unary one needs. */
export interface UpstreamCall {
  start(metadata: Metadata, listener: CallListener): void;
  startRead(): void;
  sendMessageWithContext(context: object, message: Buffer): void;
  halfClose(): void;
  cancelWithStatus(code: status, details: string): void;
}

/** The part of grpc-js' channel that unary calls need. */
export interface UpstreamChannel extends Pick<Channel, 'getConnectivityState' | 'watchConnectivityState' | 'close'> {
  createCall(path: string, deadlineAt: number, host: null, parent: null, flags: null): UpstreamCall;
}
