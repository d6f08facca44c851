import { fileURLToPath } from 'node:url';

import { anonymous } from '../../src/authentication/create-authentication.ts';
import { createByteBudget } from '../../src/http/byte-budget.ts';
import { peerAddressOf } from '../../src/http/client-address.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import { beforeRouting } from '../../src/rest/before-routing.ts';
import { createRest, type RestOptions } from '../../src/rest/create-rest.ts';
import type { Call, Invoke, Reply } from '../../src/call/call.ts';
import { createServer, type RunningServer } from '../../src/http/create-server.ts';
import { replay } from '../conformance/replay.ts';
import { identifyRequestsBy } from '../authentication/identity.ts';

export const registry = loadProtoFiles([fileURLToPath(new URL('../recorded/conf.proto', import.meta.url))]);

/** A reply with nothing but its message. */
export function replyWith(message: Uint8Array, extra: Partial<Reply> = {}): Reply {
  return { message, header: [], trailer: [], ...extra };
}

/** REST on the loopback interface, and the calls that got through it. */
export interface RestServer {
  readonly port: number;
  readonly calls: Call[];
  /** Sends a POST with these header lines and this body, and gives the answer back; times as `$DATE`. */
  post(path: string, body: string, headers?: string): Promise<string>;
  close(): Promise<void>;
}

/** REST's options, with one function for the calls of all methods. */
export interface StartRestOptions extends Partial<Omit<RestOptions, 'invokeOf'>> {
  readonly invoke?: Invoke;
}

/** Starts REST over conf.proto. Unless told otherwise everybody is let in, and every call is answered by its request. */
export async function startRest({
  invoke = async (call) => replyWith(call.request),
  ...options
}: StartRestOptions = {}): Promise<RestServer> {
  const calls: Call[] = [];
  const rest = createRest({
    registry,
    services: registry.services,
    style: 'compact',
    identify: identifyRequestsBy(() => anonymous),
    addressOf: peerAddressOf,
    budget: createByteBudget(1_000_000_000),
    isRead: () => true,
    onRefused: () => {},
    forwardMetadata: false,
    maxBodyBytes: 1_000,
    ...options,
    invokeOf: () => (call) => {
      calls.push(call);
      return invoke(call);
    },
  });
  const server: RunningServer = await createServer({
    host: '127.0.0.1',
    port: 0,
    beforeRouting,
    mounts: {},
    fallback: rest,
    readiness: () => ({ ready: true }),
    onError: (error) => {
      throw error;
    },
  });
  return {
    port: server.port,
    calls,
    post: async (path, body, headers = '') => {
      const length = Buffer.byteLength(body, 'latin1');
      const request = `POST ${path} HTTP/1.1\r\nHost: h\r\n${headers}Content-Length: ${length}\r\n\r\n${body}`;
      const { response } = await replay({
        port: server.port,
        request,
        responses: 1,
        untilClosed: false,
        patienceMs: 3_000,
      });
      return response.replace(/Date: .* GMT/, 'Date: $DATE');
    },
    close: () => server.close({ timeoutMs: 0 }),
  };
}
