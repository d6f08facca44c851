import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-web';

import { callByConnectEs, type Outcome } from './connect-es-client.ts';

/** What the test tells the page. */
export interface PageCall {
  readonly protocol: 'connect' | 'grpc-web';
  readonly useBinaryFormat: boolean;
  readonly useHttpGet: boolean;
  readonly baseUrl: string;
  readonly token: string;
  /** `schema/opencue.binpb` in base64. */
  readonly protos: string;
  readonly rpc: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** Left by this script on the page that it is bundled into. */
export interface PageGlobal {
  readonly callGateway: (call: PageCall) => Promise<Outcome>;
}

/** Calls the gateway with `@connectrpc/connect-web`, from a page. */
async function callGateway(call: PageCall): Promise<Outcome> {
  const { protocol, baseUrl, useBinaryFormat, useHttpGet, token } = call;
  const transport =
    protocol === 'connect'
      ? createConnectTransport({ baseUrl, useBinaryFormat, useHttpGet })
      : createGrpcWebTransport({ baseUrl, useBinaryFormat });
  const protos = Uint8Array.from(atob(call.protos), (character) => character.charCodeAt(0));
  const headers = { authorization: `Bearer ${token}` };
  return callByConnectEs(transport, protos, call.rpc, call.request, { headers });
}

Object.assign(globalThis, { callGateway } satisfies PageGlobal);
