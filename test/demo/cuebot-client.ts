import { Client, credentials } from '@grpc/grpc-js';

import type { ProtocolMethod } from '../../src/demo/wire/load-protocol.ts';
import { loadProtocol } from '../../src/demo/wire/load-protocol.ts';

import type { Json } from '../json.ts';

/** What a call came to: a reply as proto3 JSON with all defaults, or a status. */
export type Outcome = { readonly reply: Json } | { readonly code: number; readonly message: string };

/** A plain gRPC client for tests; it knows every RPC of the interface by `pkg.Service/Method`. */
export interface CuebotClient {
  /** Sends a request given as proto3 JSON (either spelling of field names). Never rejects. */
  call(method: string, request?: Json): Promise<Outcome>;
  /** Sends bytes as they are. */
  callBytes(path: string, request: Uint8Array): Promise<Outcome>;
  /** The reply, or an error that names the call. */
  get(method: string, request?: Json): Promise<Json>;
  close(): void;
}

const METHODS: ReadonlyMap<string, ProtocolMethod> = new Map(loadProtocol().map((method) => [method.name, method]));

/** Connects to a Cuebot, demo or not. */
export function createCuebotClient(endpoint: string): CuebotClient {
  const client = new Client(endpoint, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  const send = (path: string, request: Uint8Array, read: (bytes: Buffer) => Json) =>
    new Promise<Outcome>((resolve) => {
      const bytes = (value: Buffer) => value;
      client.makeUnaryRequest(`/${path}`, bytes, bytes, Buffer.from(request), (error, reply) =>
        resolve(error ? { code: error.code, message: error.details } : { reply: read(reply!) }),
      );
    });
  const call = (name: string, request: Json = {}) => {
    const method = METHODS.get(name);
    if (!method) throw new Error(`no RPC ${name} in the interface`);
    const { responseType } = method;
    return send(name, encodeRequest(method, request), (reply) =>
      responseType.toObject(responseType.decode(reply), {
        defaults: true,
        enums: String,
        longs: String,
        bytes: String,
      }),
    );
  };
  return {
    call,
    callBytes: (path, request) => send(path, request, (reply) => reply),
    async get(name, request) {
      const outcome = await call(name, request);
      if ('reply' in outcome) return outcome.reply;
      throw new Error(`${name}: ${outcome.code} ${outcome.message}`);
    },
    close: () => client.close(),
  };
}

/** The bytes of a request that is given as proto3 JSON, in either spelling of field names. */
export function encodeRequest({ requestType }: ProtocolMethod, request: Json): Uint8Array {
  return requestType.encode(requestType.fromObject(camelCaseKeys(request) as object)).finish();
}

function camelCaseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCaseKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase()),
      camelCaseKeys(inner),
    ]),
  );
}
