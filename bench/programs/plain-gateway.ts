// What anybody would write first: node:http in front, grpc-js behind, and protobufjs' own objects and JSON in between.
// No checks, no lanes, no audit, and not quite ProtoJSON. Prints its URL.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

const root = protobuf.loadSync(['proto/show.proto', 'proto/job.proto']);
const client = new Client(process.env['CUEBOT_ENDPOINT'] ?? '', credentials.createInsecure());
const conversion = { longs: String, enums: String, bytes: String, defaults: true } as const;

const server = createServer((request, response) => {
  const path = request.url ?? '';
  const [, service = '', method = ''] = path.split('/');
  const { requestType, responseType } = root.lookupService(service).methods[method]!;
  const [input, output] = [
    root.lookupType(`${service.split('.')[0]}.${requestType}`),
    root.lookupType(`${service.split('.')[0]}.${responseType}`),
  ];
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    client.makeUnaryRequest(
      path,
      (message: Record<string, unknown>) => Buffer.from(input.encode(input.fromObject(message)).finish()),
      (bytes) => output.toObject(output.decode(bytes), conversion),
      body,
      (error, reply) => {
        response.writeHead(error === null ? 200 : 500, { 'content-type': 'application/json' });
        response.end(JSON.stringify(reply ?? { message: error?.message }));
      },
    );
  });
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
