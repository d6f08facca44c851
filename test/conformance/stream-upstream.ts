import { Client, credentials, Metadata } from '@grpc/grpc-js';

import type { InvokeStream } from '../../src/rest/respond-stream.ts';
import { readMetadata } from '../../src/upstream/metadata.ts';
import { translateStatus } from '../../src/upstream/translate-status.ts';

/** Sends streaming calls of conf.proto; OpenCue has none, so the gateway itself has no way to. */
export function createStreamUpstream(endpoint: string): InvokeStream {
  const client = new Client(endpoint, credentials.createInsecure());
  const identity = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
  return ({ method, signal }, requests) =>
    new Promise((resolve, reject) => {
      const call = client.makeBidiStreamRequest<Uint8Array, Buffer>(
        `/${method.fullName}`,
        identity,
        (bytes) => bytes,
        new Metadata(),
        {},
      );
      signal.addEventListener('abort', () => call.cancel());
      const fail = (error: Parameters<typeof translateStatus>[0]) => reject(translateStatus(error, undefined));
      call.on('error', fail);
      call.on('metadata', (header: Metadata) => {
        resolve({ header: readMetadata(header), messages: read(call) });
      });
      for (const request of requests) call.write(request);
      call.end();
    });
}

async function* read(call: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  try {
    yield* call;
  } catch (error) {
    throw translateStatus(error as Parameters<typeof translateStatus>[0], undefined);
  }
}
