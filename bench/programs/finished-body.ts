// The floor under every HTTP server of Node: it reads the request and sends a body that is finished already. The first request
// of each kind (the header x-kind) brings that body; it is forgotten when the program ends. Prints its URL.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const bodies = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const kind = String(request.headers['x-kind']);
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const sent = Buffer.concat(chunks);
    const body = bodies.get(kind);
    if (body === undefined) bodies.set(kind, sent);
    response.writeHead(200, { 'content-type': 'application/json' }).end(body ?? '{}');
  });
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
