import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { replay } from '../conformance/replay.ts';
import { type RestServer, startRest } from './rest-server.ts';

describe('hostile bytes', () => {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRest({ forwardMetadata: true });
  });
  afterAll(() => server.close());

  const valid =
    'POST /conf.v1.Echo/EchoSmall HTTP/1.1\r\nHost: h\r\nGrpc-Timeout: 10S\r\nGrpc-Metadata-A-Bin: AQID\r\nTE: trailers\r\n' +
    'X-HTTP-Method-Override: PUT\r\nContent-Length: 18\r\nConnection: close\r\n\r\n{"s":"a","i":"12"}';

  const mutation = fc.record({
    at: fc.nat(valid.length),
    remove: fc.nat(4),
    insert: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom('\r\n', '\0', '%', '//', '/../', ': ', '\xff', 'chunked', ' HTTP/1.0', '{', '"'),
    ),
  });

  it('are answered or refused, and leave the server as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        let request = valid;
        for (const { at, remove, insert } of mutations) {
          request = request.slice(0, at) + insert + request.slice(at + remove);
        }
        const { response } = await replay({
          port: server.port,
          request,
          responses: 1,
          untilClosed: false,
          patienceMs: 100,
        });
        // Silence is right where the request is not complete yet.
        if (response !== '') expect(response).toMatch(/^HTTP\/1\.[01] [1-5]\d\d /);
      }),
      { numRuns: 150 },
    );
    expect(await server.post('/conf.v1.Echo/EchoSmall', '{"s":"well"}')).toContain('{"s":"well","i":0}');
  });
});
