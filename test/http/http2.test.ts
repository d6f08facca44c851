import { once } from 'node:events';
import { Agent, request as httpsRequest } from 'node:https';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createServer, type RunningServer, type ServerOptions } from '../../src/http/create-server.ts';
import type { Handler } from '../../src/http/mount.ts';
import { readBody } from '../../src/http/read-body.ts';
import { sendAnswer } from '../../src/http/send-answer.ts';
import type { ServedTls } from '../../src/http/tls-listener.ts';
import { beforeRouting } from '../../src/rest/before-routing.ts';
import { askHttp2 as ask, dialHttp2, readHttp2 as read } from '../http2-client.ts';
import { createAuthority, loopbackNames } from '../certificates.ts';

const authority = createAuthority();
const own = authority.issue(loopbackNames);
afterAll(() => authority.remove());

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const served: ServedTls = {
  context: () => ({ cert: own.cert, key: own.key }),
  onChange: () => {},
  isCertificateRequired: false,
};

const echo: Handler = (request, response) => {
  const gone = () => new Error('gone');
  readBody(request, response, { maxBytes: 1e6, tooLong: gone, gone }).then(
    (body) =>
      sendAnswer(response, { status: 200, body: `${request.method} ${request.url} ${request.headers.host} ${body}` }),
    () => undefined,
  );
};

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await createServer({
    host: '127.0.0.1',
    port: 0,
    beforeRouting,
    mounts: {},
    fallback: echo,
    readiness: () => ({ ready: true }),
    onError: () => {},
    tls: served,
    ...options,
  });
  closers.push(() => server.close({ timeoutMs: 0 }));
  return server;
}

async function dial({ url }: RunningServer, more: object = {}): Promise<ClientHttp2Session> {
  const session = await dialHttp2(url, { ca: authority.cert, ...more });
  closers.push(() => session.destroy());
  return session;
}

describe('HTTP/2', () => {
  it('serves the same handlers, with the authority as their host', async () => {
    const server = await start();
    const session = await dial(server);
    const answer = await ask(session, { ':method': 'POST', ':path': '/a?b' }, 'body');
    expect(answer.text).toBe(`POST /a?b 127.0.0.1:${server.port} body`);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => /connection|keep-alive|transfer/.test(name))).toEqual([]);
  });

  it('is spoken by those alone who offer it', async () => {
    const server = await start();
    const agent = new Agent({ ca: authority.cert, keepAlive: true });
    closers.push(() => agent.destroy());
    const request = httpsRequest(server.url, { agent, method: 'POST', path: '/x' }).end('one');
    const [response] = await once(request, 'response');
    expect(response.httpVersion).toBe('1.1');
    expect(response.headers.connection).toBe('keep-alive');
    response.resume();
    await once(response, 'end');
  });

  it('answers what comes side by side, whatever the order', async () => {
    const later: (() => void)[] = [];
    const server = await start({
      fallback: (request, response) => {
        const send = () => sendAnswer(response, { status: 200, body: request.url! });
        later.unshift(send);
        if (later.length === 20) for (const each of later) each();
      },
    });
    const session = await dial(server);
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
    const answers = await Promise.all(paths.map((path) => ask(session, { ':path': path })));
    expect(answers.map(({ text }) => text)).toEqual(paths);
    expect(server.connections()).toBe(1);
  });

  it('answers HEAD without a body, and with its length', async () => {
    const session = await dial(await start());
    const { status, headers, text } = await ask(session, { ':method': 'HEAD', ':path': '/healthz' });
    expect([status, headers['content-length'], text]).toEqual([200, '16', '']);
  });

  it('asks for a body that waits to be asked for', async () => {
    const session = await dial(await start());
    const stream = session.request({ ':method': 'POST', expect: '100-continue' });
    await once(stream, 'continue');
    stream.end('late');
    expect((await read(stream)).text).toContain('late');
  });

  it.each([
    ['an expectation that nobody knows', { expect: 'more' }, 417],
    ['two hosts', { ':authority': 'one.example', host: 'other.example' }, 400],
    ['a path that has a cleaner spelling', { ':path': '//a' }, 307],
    ['the server as a whole', { ':method': 'OPTIONS', ':path': '*' }, 200],
  ])('answers %s as by HTTP/1.1', async (_, headers: OutgoingHttpHeaders, status) => {
    const session = await dial(await start());
    const answer = await ask(session, headers);
    expect(answer.status).toBe(status);
    // The connection goes on.
    expect((await ask(session, { ':path': '/' })).status).toBe(200);
  });

  it.each([
    ['a path that is none', { ':path': 'nowhere' }],
    ['a host that is none', { ':authority': 'a b' }],
  ])('ends a request with %s, and not the connection', async (_, headers: OutgoingHttpHeaders) => {
    const session = await dial(await start());
    await expect(ask(session, headers)).rejects.toThrow('NGHTTP2_PROTOCOL_ERROR');
    expect((await ask(session, { ':path': '/' })).status).toBe(200);
  });

  it('shows handlers no pseudo-header fields among the lines', async () => {
    const seen: string[][] = [];
    const session = await dial(
      await start({
        fallback: ({ rawHeaders }, response) => {
          seen.push(rawHeaders);
          sendAnswer(response, { status: 200 });
        },
      }),
    );
    await ask(session, { ':path': '/', 'x-a': '1' });
    expect(seen).toEqual([['x-a', '1']]);
  });

  it('tells a handler that its client has gone', async () => {
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let isGone = () => {};
    const gone = new Promise<void>((resolve) => {
      isGone = resolve;
    });
    const session = await dial(
      await start({
        fallback: (_, response) => {
          response.once('close', () => {
            if (!response.writableFinished) isGone();
          });
          begun();
        },
      }),
    );
    const stream = session.request({ ':path': '/' });
    stream.on('error', () => {});
    await hasBegun;
    stream.close(constants.NGHTTP2_CANCEL);
    await gone;
  });

  it.each([
    // close() would end the body first.
    ['its sender has reset it', (stream: ClientHttp2Stream) => stream.destroy(new Error('enough'))],
    ['its sender has gone', (stream: ClientHttp2Stream) => stream.session!.destroy()],
  ])('tells a reader of a body that %s', async (_, leave) => {
    let isGone = () => {};
    const gone = new Promise<void>((resolve) => {
      isGone = resolve;
    });
    const session = await dial(
      await start({
        fallback: (request, response) => {
          const error = () => new Error('gone');
          readBody(request, response, { maxBytes: 10, tooLong: error, gone: error }).then(
            () => expect.unreachable('the body is not whole'),
            isGone,
          );
          response.writeContinue();
        },
      }),
    );
    const stream = session.request({ ':method': 'POST' });
    stream.on('error', () => {});
    await once(stream, 'continue');
    stream.write('half', () => leave(stream));
    await gone;
  });

  it('stops a body that nobody reads to its end, once it is answered', async () => {
    const session = await dial(
      await start({
        fallback: (request, response) => {
          request.once('data', () => sendAnswer(response, { status: 413, body: 'too long' }));
        },
      }),
    );
    const stream = session.request({ ':method': 'POST' });
    stream.write('some');
    const { status, text } = await read(stream);
    expect([status, text]).toEqual([413, 'too long']);
    if (!stream.closed) await once(stream, 'close');
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  });

  it('keeps back what is more than may be under way', async () => {
    const session = await dial(await start({ maxConcurrentStreams: 3 }));
    if (session.remoteSettings.maxConcurrentStreams !== 3) await once(session, 'remoteSettings');
    expect(session.remoteSettings).toMatchObject({ maxConcurrentStreams: 3, maxHeaderListSize: 65_536 });
  });

  it('refuses a head that is too large, and not the connection', async () => {
    const session = await dial(await start(), { maxSendHeaderBlockLength: 200_000 });
    const fits = { ':path': '/', 'x-large': 'x'.repeat(60_000) };
    expect((await ask(session, fits)).status).toBe(200);
    const outcome = await ask(session, { ...fits, 'x-more': 'x'.repeat(10_000) }).then(
      ({ status }) => `answered ${status}`,
      String,
    );
    // Which of the two depends on whether the limit has been acknowledged.
    expect(outcome).toMatch(/answered 431|NGHTTP2_ENHANCE_YOUR_CALM/);
    expect((await ask(session, fits)).status).toBe(200);
  });

  it('closes a connection without a request after a while, and says so', async () => {
    const session = await dial(await start({ keepAliveTimeoutMs: 50 }));
    const told = once(session, 'goaway');
    await ask(session, { ':path': '/' });
    const [code] = await told;
    expect(code).toBe(constants.NGHTTP2_NO_ERROR);
    if (!session.closed) await once(session, 'close');
  });
});

describe('a server with TLS', () => {
  it('cuts those who speak no TLS', async () => {
    const server = await start();
    await expect(fetch(server.url.replace('https', 'http'))).rejects.toThrow();
    expect((await ask(await dial(server), { ':path': '/' })).status).toBe(200);
  });

  it('counts connections whose handshake is still to come', async () => {
    const reasons: string[] = [];
    const server = await start({
      connectionLimits: { maxConnections: () => 100, maxPerAddress: 1, isShared: () => false },
      onClosed: (reason) => reasons.push(reason),
    });
    await dial(server);
    await expect(dial(server)).rejects.toThrow();
    expect(reasons).toEqual(['address-limit']);
  });

  it('answers a head that comes too slowly by HTTP/1.1, too', async () => {
    const server = await start();
    const socket = connectTls({
      port: server.port,
      host: '127.0.0.1',
      ca: authority.cert,
      ALPNProtocols: ['http/1.1'],
    });
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n X');
    let text = '';
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
    });
    await once(socket, 'close');
    expect(text).toContain('HTTP/1.1 400 Bad Request');
  });

  it('shows a new certificate to those who come later', async () => {
    let context = served.context();
    let change = () => {};
    const server = await start({
      tls: {
        context: () => context,
        onChange: (listener) => {
          change = listener;
        },
        isCertificateRequired: false,
      },
    });
    const serialOf = async () => {
      const socket = connectTls({ port: server.port, host: '127.0.0.1', ca: authority.cert });
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    const first = await serialOf();
    const next = authority.issue(loopbackNames);
    context = { cert: next.cert, key: next.key };
    change();
    expect(await serialOf()).not.toBe(first);
  });

  it('turns those away who show no certificate, where one is required', async () => {
    const server = await start({
      tls: { ...served, context: () => ({ ...served.context(), ca: authority.cert }), isCertificateRequired: true },
    });
    const { cert, key } = authority.issue('DNS:client');
    expect((await ask(await dial(server, { cert, key }), { ':path': '/' })).status).toBe(200);
    const session = connect(server.url, { ca: authority.cert });
    session.on('error', () => {});
    const stream = session.request({ ':path': '/' });
    await expect(read(stream)).rejects.toThrow();
  });
});

describe('close() of a server with HTTP/2', () => {
  it('answers what is under way, and tells clients to go elsewhere', async () => {
    let finish = () => {};
    const begun = new Promise<void>((resolve) => {
      closers.push(() => resolve());
      finish = resolve;
    });
    let respond = () => {};
    const server = await start({
      fallback: (_, response) => {
        respond = () => sendAnswer(response, { status: 200, body: 'done' });
        finish();
      },
    });
    const session = await dial(server);
    const told = once(session, 'goaway');
    const answer = ask(session, { ':path': '/' });
    await begun;
    const closed = server.close();
    await told;
    respond();
    expect((await answer).text).toBe('done');
    await closed;
    expect(session.closed).toBe(true);
  });

  it('does not wait for connections on which nothing is under way', async () => {
    const server = await start();
    const session = await dial(server);
    await ask(session, { ':path': '/' });
    await server.close();
    if (!session.closed) await once(session, 'close');
  });

  it('tells those who come while it drains', async () => {
    const server = await start();
    server.drain();
    const session = await dial(server);
    const told = once(session, 'goaway');
    expect((await ask(session, { ':path': '/readyz' })).status).toBe(503);
    await told;
  });
});
