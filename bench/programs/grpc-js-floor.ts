// The floor under every gateway that is made of node:http and grpc-js: bytes of protobuf come in by HTTP and go on as they are.
// No JSON, no callers, no lanes, no records. Prints its URL.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';

const client = new Client(process.env['CUEBOT_ENDPOINT'] ?? '', credentials.createInsecure());
const bytes = (message: Buffer) => message;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    client.makeUnaryRequest(request.url ?? '', bytes, bytes, Buffer.concat(chunks), (error, reply) => {
      response.writeHead(error === null ? 200 : 500, { 'content-type': 'application/proto' }).end(reply);
    });
  });
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
