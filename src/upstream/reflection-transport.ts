import { type Client, Metadata, type ServiceError } from '@grpc/grpc-js';

import type { ReflectionTransport } from '../registry/sources/load-by-reflection.ts';

import { translateStatus } from './translate-status.ts';

const timeoutMs = 10_000;

/**
 * Asks a server's reflection service over an open channel: sends the encoded requests over one stream and gives the encoded
 * replies in their order. Rejects with a GatewayError; UNIMPLEMENTED when the server has no such service.
 */
export function createReflectionTransport(client: Client): ReflectionTransport {
  return (method, requests) =>
    new Promise((resolve, reject) => {
      const replies: Uint8Array[] = [];
      const stream = client.makeBidiStreamRequest<Uint8Array, Buffer>(
        `/${method}`,
        (bytes) => Buffer.from(bytes),
        (bytes) => bytes,
        new Metadata(),
        { deadline: Date.now() + timeoutMs },
      );
      stream.on('data', (reply: Buffer) => {
        replies.push(reply);
        if (replies.length === requests.length) stream.end();
      });
      stream.on('error', (error) => reject(translateStatus(error as ServiceError, undefined)));
      stream.on('end', () => resolve(replies));
      for (const request of requests) stream.write(request);
      if (requests.length === 0) stream.end();
    });
}
