// The floor under every gateway that is made of node:http and node:http2: bytes of protobuf come in by HTTP and go on in a frame
// of gRPC. No JSON, no callers, no lanes, no records. Prints its URL.
import { createServer } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';

const session = connect(`http://${process.env['CUEBOT_ENDPOINT']}`);
// Node's own window of 64 KiB would have a large reply come in many small turns.
session.once('connect', () => session.setLocalWindowSize(2 ** 24));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [Buffer.alloc(5)];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const frame = Buffer.concat(chunks);
    frame.writeUInt32BE(frame.length - 5, 1);
    const call = session.request({
      ':method': 'POST',
      ':path': request.url ?? '',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const reply: Buffer[] = [];
    let status: unknown;
    call.on('response', (headers) => {
      status = headers['grpc-status'];
    });
    call.on('data', (chunk: Buffer) => reply.push(chunk));
    call.on('trailers', (trailers) => {
      status = trailers['grpc-status'];
    });
    call.on('end', () => {
      response.writeHead(Number(status) === 0 ? 200 : 500, { 'content-type': 'application/proto' });
      response.end(Buffer.concat(reply).subarray(5));
    });
    call.end(frame);
  });
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
