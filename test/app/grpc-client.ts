import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

import { compileValueToWire } from '../../src/codec/value/value-to-wire.ts';
import { compileWireToValue } from '../../src/codec/value/wire-to-value.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import type { Json } from '../json.ts';

/** What came of a call. */
export interface GrpcAnswer {
  readonly error?: ServiceError;
  readonly reply?: Json;
}

/** A client of GRPC_PORT, as pycue is one. */
export interface GrpcClient {
  /** Calls an RPC by its full name; the request is opened, and so is the reply. */
  call(rpc: string, request: object, metadata?: Readonly<Record<string, string>>): Promise<GrpcAnswer>;
  close(): void;
}

const registry = loadProtoFiles(['proto']);
const same = (bytes: Buffer) => bytes;

/** Connects to a port of this machine, or to another address of gRPC's; in plain text unless credentials say otherwise. */
export function connectGrpc(
  address: number | string,
  by: ChannelCredentials = credentials.createInsecure(),
): GrpcClient {
  const target = typeof address === 'number' ? `127.0.0.1:${address}` : address;
  const client = new Client(target, by);
  return {
    call: (rpc, request, entries = {}) => {
      const { input, output } = registry.methods.get(rpc)!;
      const bytes = Buffer.from(compileValueToWire(input, registry)(request as never));
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
      return new Promise((resolve) => {
        client.makeUnaryRequest(`/${rpc}`, same, same, bytes, metadata, (error, message) =>
          resolve(error === null ? { reply: compileWireToValue(output, registry)(message!) } : { error }),
        );
      });
    },
    close: () => client.close(),
  };
}
