import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { type Answer, sendAnswer, startAnswer } from '../../src/rest/send-answer.ts';
import { replay } from '../conformance/replay.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** What raw bytes are answered by a listener; times are shown as `$DATE`. */
async function ask(request: string, listener: RequestListener, responses = 1): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const untilClosed = responses === 0;
  const { response, closed } = await replay({ port, request, responses, untilClosed, patienceMs: 2_000 });
  expect(closed || !untilClosed).toBe(true);
  return response.replace(/Date: .* GMT/g, 'Date: $DATE');
}

const get = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const answer = (body: string, extra: Partial<Answer> = {}): Answer => ({
  status: 200,
  fields: 'X-Field: 1\r\n',
  body: Buffer.from(body),
  ...extra,
});

describe('sendAnswer()', () => {
  it('writes the date after the fields and the length after the date', async () => {
    expect(await ask(get, (_, response) => sendAnswer(response, answer('hello')))).toBe(
      'HTTP/1.1 200 OK\r\nX-Field: 1\r\nDate: $DATE\r\nContent-Length: 5\r\n\r\nhello',
    );
  });

  it('sends up to 2,048 bytes with a length, and more as one chunk', async () => {
    const short = await ask(get, (_, response) => sendAnswer(response, answer('x'.repeat(2048))));
    expect(short).toContain('\r\nContent-Length: 2048\r\n\r\nxxx');
    const long = await ask(get, (_, response) => sendAnswer(response, answer('x'.repeat(2049))));
    expect(long).toContain(`\r\nTransfer-Encoding: chunked\r\n\r\n801\r\n${'x'.repeat(2049)}\r\n0\r\n\r\n`);
  });

  it.each([
    ['one piece', (body: Buffer) => body],
    ['several pieces', (body: Buffer) => [body.subarray(0, 7), body.subarray(7, 150_000), body.subarray(150_000)]],
  ])('sends a long body of %s as one chunk, too', async (_, divide) => {
    const body = Buffer.from('0123456789'.repeat(20_000));
    const text = await ask(get, (_, response) => sendAnswer(response, { ...answer(''), body: divide(body) }));
    expect(text.endsWith(`\r\nTransfer-Encoding: chunked\r\n\r\n30d40\r\n${body}\r\n0\r\n\r\n`)).toBe(true);
  });

  it('gives the socket no more than is read', async () => {
    let waiting = 0;
    const body = Buffer.alloc(50_000_000);
    const listener: RequestListener = (_, response) => {
      sendAnswer(response, { ...answer(''), body });
      waiting = response.writableLength;
    };
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    socket.write(get);
    await vi.waitFor(() => expect(waiting).toBeGreaterThan(0));
    expect(waiting).toBeLessThan(100_000);
    socket.destroy();
  });

  it('sends trailers after the last chunk, whatever the length', async () => {
    const text = await ask(get, (_, response) => sendAnswer(response, answer('ok', { trailers: 'T: 1\r\n' })));
    expect(text).toContain('Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nT: 1\r\n\r\n');
    const none = await ask(get, (_, response) => sendAnswer(response, answer('ok', { trailers: '' })));
    expect(none).toContain('Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n');
    const empty = await ask(get, (_, response) => sendAnswer(response, answer('', { trailers: '' })));
    expect(empty).toContain('Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
  });

  it('passes every byte of a field on, control bytes included', async () => {
    const text = await ask(get, (_, response) => sendAnswer(response, answer('', { fields: 'X: \x01\0\xff\r\n' })));
    expect(text).toContain('\r\nX: \x01\0\xff\r\n');
  });

  it('announces the length to HEAD and keeps the body to itself', async () => {
    const head = 'HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
    const text = await ask(head, (_, response) => sendAnswer(response, answer('x'.repeat(5_000))), 0);
    expect(text).toBe(
      'HTTP/1.1 200 OK\r\nX-Field: 1\r\nDate: $DATE\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n',
    );
  });

  it('keeps the connection, and answers what was sent ahead in order', async () => {
    let count = 0;
    const listener: RequestListener = (_, response) => {
      const number = ++count;
      // The first is answered last.
      setTimeout(() => sendAnswer(response, answer(`${number}`)), 30 - 10 * number);
    };
    const text = await ask(get + get, listener, 2);
    expect(text.match(/\r\n\r\n\d/g)).toEqual(['\r\n\r\n1', '\r\n\r\n2']);
    expect(text).not.toContain('Connection');
  });

  it('closes when asked to, and says so', async () => {
    const text = await ask(
      get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
      (_, response) => sendAnswer(response, answer('bye')),
      0,
    );
    expect(text).toContain('\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbye');
  });

  it('speaks HTTP/1.0 to those who do', async () => {
    const old = 'GET / HTTP/1.0\r\n\r\n';
    const closing = await ask(old, (_, response) => sendAnswer(response, answer('old')), 0);
    expect(closing).toBe('HTTP/1.0 200 OK\r\nX-Field: 1\r\nDate: $DATE\r\nContent-Length: 3\r\n\r\nold');
    const kept = await ask('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', (_, response) =>
      sendAnswer(response, answer('old')),
    );
    expect(kept).toContain('\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nold');
    const long = await ask(old, (_, response) => sendAnswer(response, answer('x'.repeat(3_000))), 0);
    expect(long).toBe(`HTTP/1.0 200 OK\r\nX-Field: 1\r\nDate: $DATE\r\n\r\n${'x'.repeat(3_000)}`);
  });

  it('lets a client that is still sending read the answer before it closes', async () => {
    const request = `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(500_000)}`;
    const text = await ask(request, (_, response) => sendAnswer(response, answer('no')), 0);
    expect(text).toContain('\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
  });

  it('keeps the connection of a client whose short body was not read', async () => {
    const post = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc';
    const text = await ask(post + post, (_, response) => sendAnswer(response, answer('no')), 2);
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });

  it('does nothing when the client is gone', async () => {
    const done = new Promise<void>((resolve) => {
      void ask(
        get,
        (request, response) => {
          request.socket.destroy();
          response.once('close', () => {
            sendAnswer(response, answer('late'));
            resolve();
          });
        },
        0,
      );
    });
    await expect(done).resolves.toBeUndefined();
  });
});

describe('startAnswer()', () => {
  it('sends each write as a chunk', async () => {
    const text = await ask(get, async (_, response) => {
      const stream = startAnswer(response, { status: 200, fields: 'X: 1\r\n' });
      await stream.write(Buffer.from('one'));
      await stream.write(Buffer.from('three'));
      stream.end();
    });
    expect(text).toBe(
      'HTTP/1.1 200 OK\r\nX: 1\r\nDate: $DATE\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n',
    );
  });

  it('ends with the connection under HTTP/1.0', async () => {
    const text = await ask(
      'GET / HTTP/1.0\r\n\r\n',
      async (_, response) => {
        const stream = startAnswer(response, { status: 200, fields: '' });
        await stream.write(Buffer.from('one'));
        stream.end();
      },
      0,
    );
    expect(text).toBe('HTTP/1.0 200 OK\r\nDate: $DATE\r\n\r\none');
  });
});

describe('headers that were set on the response', () => {
  const listener =
    (send: RequestListener): RequestListener =>
    (request, response) => {
      response.setHeader('X-A', '1');
      response.setHeader('X-B', '2');
      send(request, response);
    };

  it('stand behind the fields of the answer', async () => {
    const text = await ask(
      get,
      listener((_, response) => sendAnswer(response, answer('ok'))),
    );
    expect(text).toBe(
      'HTTP/1.1 200 OK\r\nX-Field: 1\r\nX-A: 1\r\nX-B: 2\r\nDate: $DATE\r\nContent-Length: 2\r\n\r\nok',
    );
  });

  it('are in answers that begin before their length is known', async () => {
    const text = await ask(
      get,
      listener((_, response) => startAnswer(response, { status: 200, fields: '' }).end()),
    );
    expect(text).toContain('HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 2\r\nDate: $DATE\r\n');
  });
});
