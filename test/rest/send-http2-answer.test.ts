import type { ClientHttp2Session } from 'node:http2';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createServer, type RunningServer } from '../../src/http/create-server.ts';
import type { Handler } from '../../src/http/mount.ts';
import { beforeRouting } from '../../src/rest/before-routing.ts';
import { sendAnswer, sendRedirect, startAnswer } from '../../src/rest/send-answer.ts';
import { createAuthority, loopbackNames } from '../certificates.ts';
import { askHttp2, dialHttp2 } from '../http2-client.ts';

const authority = createAuthority();
const { cert, key } = authority.issue(loopbackNames);
afterAll(() => authority.remove());

let server: RunningServer;
let session: ClientHttp2Session;
afterEach(async () => {
  session.destroy();
  await server.close({ timeoutMs: 0 });
});

/** What a client gets by HTTP/2 of what a handler sends. */
async function answerOf(handler: Handler, method = 'GET') {
  server = await createServer({
    host: '127.0.0.1',
    port: 0,
    beforeRouting,
    mounts: {},
    fallback: handler,
    readiness: () => ({ ready: true }),
    onError: () => {},
    tls: { context: () => ({ cert, key }), onChange: () => {}, isCertificateRequired: false },
  });
  session = await dialHttp2(server.url, { ca: authority.cert });
  return askHttp2(session, { ':path': '/', ':method': method });
}

describe('sendAnswer() by HTTP/2', () => {
  it('sends fields, those that stand on the response, length and body', async () => {
    const { status, headers, text, trailers } = await answerOf((_, response) => {
      response.setHeader('Vary', 'Origin');
      sendAnswer(response, {
        status: 499,
        fields: 'Content-Type: application/json\r\nGrpc-Metadata-A: 1\r\nGrpc-Metadata-A: 2\r\n',
        body: Buffer.from('{}'),
      });
    });
    expect([status, text, trailers]).toEqual([499, '{}', {}]);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '2',
      'grpc-metadata-a': '1, 2',
      vary: 'Origin',
    });
    expect(headers.date).toBeDefined();
  });

  it('sends trailers after the body', async () => {
    const { headers, text, trailers } = await answerOf((_, response) =>
      sendAnswer(response, {
        status: 200,
        fields: 'Trailer: Grpc-Trailer-X\r\n',
        body: Buffer.from('{}'),
        trailers: 'Grpc-Trailer-X: 1\r\nGrpc-Trailer-X: 2\r\n',
      }),
    );
    expect(text).toBe('{}');
    expect(headers).toMatchObject({ trailer: 'Grpc-Trailer-X' });
    expect(trailers).toMatchObject({ 'grpc-trailer-x': '1, 2' });
  });

  it('takes out of values what would reset the stream', async () => {
    const { headers } = await answerOf((_, response) =>
      sendAnswer(response, { status: 200, fields: 'X-Raw: a\0b\x7fc\xe9\r\n', body: Buffer.alloc(0) }),
    );
    expect(headers['x-raw']).toBe('a b c\xe9');
  });

  it('sends long bodies whole, and none to HEAD', async () => {
    const body = Buffer.alloc(3_000_000, 'x');
    const handler: Handler = (_, response) => sendAnswer(response, { status: 200, fields: '', body: [body, body] });
    expect((await answerOf(handler)).body.length).toBe(6_000_000);
    const head = await askHttp2(session, { ':path': '/', ':method': 'HEAD' });
    expect([head.headers['content-length'], head.text]).toEqual(['6000000', '']);
  });
});

describe('what else REST sends by HTTP/2', () => {
  it.each(['GET', 'HEAD', 'POST'])('is a redirect of %s', async (method) => {
    const { status, headers, text } = await answerOf((_, response) => sendRedirect(response, '/b'), method);
    expect([status, headers.location, text.includes('/b')]).toEqual([307, '/b', method === 'GET']);
  });

  it('is a body that comes in pieces', async () => {
    const { status, text } = await answerOf((_, response) => {
      const answer = startAnswer(response, { status: 200, fields: 'Content-Type: application/json\r\n' });
      void answer
        .write(Buffer.from('one'))
        .then(() => answer.write(Buffer.from('two')))
        .then(answer.end);
    });
    expect([status, text]).toEqual([200, 'onetwo']);
  });
});
