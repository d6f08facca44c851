import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { createServer, type RunningServer, type ServerOptions } from '../../src/http/create-server.ts';
import type { Handler } from '../../src/http/mount.ts';
import { sendAnswer } from '../../src/http/send-answer.ts';
import { beforeRouting } from '../../src/rest/before-routing.ts';
import { countResponses, replay } from '../conformance/replay.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close({ timeoutMs: 0 })));
});

const say =
  (text: string): Handler =>
  (request, response) =>
    sendAnswer(response, { status: 200, body: `${text} ${request.url}` });

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await createServer({
    host: '127.0.0.1',
    port: 0,
    beforeRouting,
    mounts: {},
    fallback: say('fallback'),
    readiness: () => ({ ready: true }),
    onError: () => {},
    ...options,
  });
  running.push(server);
  return server;
}

async function ask({ port }: RunningServer, request: string, untilClosed = false): Promise<string> {
  const { response } = await replay({ port, request, responses: 1, untilClosed, patienceMs: 2_000 });
  return response.replace(/Date: .* GMT/g, 'Date: $DATE').replace(/X-Request-Id: [0-9a-f-]{36}/, 'X-Request-Id: $ID');
}

const get = (target: string, headers = '') => `GET ${target} HTTP/1.1\r\nHost: h\r\n${headers}\r\n`;
/** An open connection: sends when told to, and collects what comes back. */
async function talkTo({ port }: RunningServer, options: { allowHalfOpen?: boolean } = {}) {
  const socket = connect({ port, host: '127.0.0.1', ...options }).setEncoding('latin1');
  let text = '';
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (more: string) => {
    text += more;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return {
    send: (bytes: string) => socket.write(bytes, 'latin1'),
    /** What comes next, once it is a whole answer. */
    next: async () => {
      while (countResponses(text, false) === 0) await new Promise((resolve) => socket.once('data', resolve));
      const answer = text;
      text = '';
      return answer;
    },
    untilClosed: async () => {
      await closed;
      return text;
    },
  };
}

/** How node ends the head of an answer whose connection stays open. */
const kept = 'Date: $DATE\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n';
const bodyOf = (response: string) => response.slice(response.indexOf('\r\n\r\n') + 4);

describe('createServer()', () => {
  it('gives each mount its path and what is below, and the rest to the fallback', async () => {
    const server = await start({ mounts: { '/graphql': say('graphql') } });
    const asked = ['/graphql', '/graphql?q', '/graphql/x', '/graphqlx', '/', '/pkg.Service/graphql'];
    const answers = await Promise.all(asked.map((path) => ask(server, get(path))));
    expect(answers.map(bodyOf)).toEqual([
      'graphql /graphql',
      'graphql /graphql?q',
      'graphql /graphql/x',
      'fallback /graphqlx',
      'fallback /',
      'fallback /pkg.Service/graphql',
    ]);
  });

  it('gives a document its own path alone', async () => {
    const server = await start({ documents: { '/openapi.json': say('document') } });
    const asked = ['/openapi.json', '/openapi.json?q', '/openapi.json/', '/openapi.json/x', '/openapi.jsonx'];
    const answers = await Promise.all(asked.map((path) => ask(server, get(path))));
    expect(answers.map((answer) => bodyOf(answer).split(' ')[0])).toEqual([
      'document',
      'document',
      'fallback',
      'fallback',
      'fallback',
    ]);
  });

  it('says where it listens', async () => {
    const server = await start();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  });

  it('rejects when the port is taken', async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('answers 500 for a handler that throws, and tells', async () => {
    const errors: unknown[] = [];
    const failure = new Error('broken');
    const server = await start({
      fallback: () => {
        throw failure;
      },
      onError: (error) => errors.push(error),
    });
    expect(await ask(server, get('/'))).toBe(`HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n${kept}`);
    expect(errors).toEqual([failure]);
  });

  it('shows handlers a clean path and the host that was meant', async () => {
    const server = await start({
      fallback: (request, response) =>
        sendAnswer(response, { status: 200, body: `${request.url} ${request.headers.host}` }),
    });
    expect(bodyOf(await ask(server, get('http://other:1/a?b')))).toBe('/a?b other:1');
  });

  it('does not ask for a body that nobody reads', async () => {
    const server = await start();
    const request = 'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';
    const response = await ask(server, request, true);
    expect(response).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nDate: $DATE\r\nConnection: close\r\n\r\nfallback /',
    );
  });

  it('refuses heads above 64 KiB', async () => {
    const server = await start();
    expect(await ask(server, get('/', `X: ${'x'.repeat(65_000)}\r\n`))).toContain('fallback /');
    expect(await ask(server, get('/', `X: ${'x'.repeat(66_000)}\r\n`), true)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('takes as many header fields as it says, and refuses more instead of leaving some out', async () => {
    const server = await start({
      fallback: ({ rawHeaders }, response) => sendAnswer(response, { status: 200, body: `${rawHeaders.length / 2}` }),
    });
    expect(bodyOf(await ask(server, get('/', 'A: 1\r\n'.repeat(1_999))))).toBe('2000');
    const tooMany = get('/', `${'A: 1\r\n'.repeat(2_000)}Authorization: last\r\n`);
    expect(await ask(server, tooMany, true)).toMatch(/^HTTP\/1\.1 431 /);
  });

  const refused = (status: string, text = status) =>
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}`;

  it.each([
    ['no host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request: missing required Host header'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', '400 Bad Request'],
    ['a host with a space', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', '400 Bad Request: malformed Host header'],
    [
      'a version to come',
      'GET / HTTP/2.0\r\nHost: h\r\n\r\n',
      '505 HTTP Version Not Supported: unsupported protocol version',
    ],
    ['a version gone by', 'GET /\r\n\r\n', '400 Bad Request'],
    ['a broken escape', get('/%zz'), '400 Bad Request'],
    ['no HTTP', '\x16\x03\x01\x02\r\n\r\n', '400 Bad Request'],
    ['two lengths', get('/', 'Content-Length: 1\r\nContent-Length: 2\r\n'), '400 Bad Request'],
    ['length and chunks', get('/', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'), '400 Bad Request'],
  ])('refuses %s', async (_, request, status) => {
    expect(await ask(await start(), request, true)).toBe(refused(status));
  });

  it.each(['gzip', 'gzip, chunked', 'xchunked'])('refuses the transfer encoding %s', async (encoding) => {
    const request = get('/', `Transfer-Encoding: ${encoding}\r\n`);
    expect(await ask(await start(), request, true)).toBe(
      refused('501 Not Implemented', 'Unsupported transfer encoding'),
    );
  });

  it('refuses expectations that it does not know', async () => {
    expect(await ask(await start(), get('/', 'Expect: the-unexpected\r\n'), true)).toBe(
      'HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nDate: $DATE\r\nContent-Length: 0\r\n\r\n',
    );
  });

  it('tunnels nothing', async () => {
    const response = await ask(await start(), 'CONNECT /a HTTP/1.1\r\nHost: h\r\n\r\n', true);
    expect(response).toContain('\r\nConnection: close\r\n\r\nfallback /a');
  });
});

describe('a connection', () => {
  /** A handler that answers when it is told to. */
  function waiting() {
    let begin = () => {};
    let release = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const fallback: Handler = (request, response) => {
      begin();
      void released.then(() => say('done')(request, response));
    };
    return { fallback, begun, release };
  }

  it.each([
    ['bytes behind its body', '{}}}'],
    ['a broken request behind it', '{}NONSENSE\r\n\r\n'],
  ])('finishes the answer of a request with %s, and only then refuses what followed', async (_, body) => {
    const { fallback, begun, release } = waiting();
    const server = await start({ fallback });
    const client = await talkTo(server);
    client.send(`POST /call HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n${body}`);
    await begun;
    // Whatever the server makes of what followed, it has by now.
    await ask(server, get('/healthz'));
    release();
    expect(await client.untilClosed()).toMatch(
      /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\ndone \/callHTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\n400 Bad Request$/s,
    );
  });

  it('finishes the answer of a last request although more bytes follow it', async () => {
    const { fallback, begun, release } = waiting();
    const server = await start({ fallback });
    const client = await talkTo(server);
    client.send('POST /call HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}more');
    await begun;
    await ask(server, get('/healthz'));
    release();
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\ndone \/call$/s);
  });

  it.each([
    ['a refusal', 'NONSENSE\r\n\r\n', '400 Bad Request'],
    ['CONNECT', 'CONNECT /a HTTP/1.1\r\nHost: h\r\n\r\n', 'fallback /a'],
  ])('is closed after %s although its client keeps its side open', async (_, request, answer) => {
    const client = await talkTo(await start(), { allowHalfOpen: true });
    client.send(request);
    // Bytes for a socket that is gone are answered by a reset; a client that is silent would not learn of it.
    const sending = setInterval(() => client.send('x'), 20);
    expect(await client.untilClosed()).toContain(answer);
    clearInterval(sending);
  });

  it('is turned away when its address has too many', async () => {
    const closed: string[] = [];
    const server = await start({
      connectionLimits: { maxConnections: () => 100, maxPerAddress: 2, isShared: () => false },
      onClosed: (reason, address) => closed.push(`${reason} ${address}`),
    });
    const first = await talkTo(server);
    await talkTo(server);
    expect(await (await talkTo(server)).untilClosed()).toMatch(/^HTTP\/1\.1 503 .*\r\n\r\ntoo many connections$/s);
    expect(closed).toEqual(['address-limit 127.0.0.1']);
    first.send(get('/', 'Connection: close\r\n'));
    expect(await first.untilClosed()).toContain('fallback /');
    // Its place is free again.
    expect(await ask(server, get('/'))).toContain('fallback /');
  });

  it('gives way to a new one when there are too many and nothing is under way on it', async () => {
    const closed: string[] = [];
    const server = await start({
      connectionLimits: { maxConnections: () => 2, maxPerAddress: 2, isShared: () => true },
      onClosed: (reason) => closed.push(reason),
    });
    const used = await talkTo(server);
    used.send(get('/used'));
    await used.next();
    const silent = await talkTo(server);
    expect(await ask(server, get('/new'))).toContain('fallback /new');
    expect(await silent.untilClosed()).toBe('');
    expect(closed).toEqual(['idle-at-limit']);
    used.send(get('/again'));
    expect(await used.next()).toContain('fallback /again');
  });

  it('is turned away when there are too many and something is under way on all', async () => {
    const { fallback, begun, release } = waiting();
    const closed: string[] = [];
    const server = await start({
      fallback,
      connectionLimits: { maxConnections: () => 1, maxPerAddress: 1, isShared: () => true },
      onClosed: (reason) => closed.push(reason),
    });
    const busy = await talkTo(server);
    busy.send(get('/busy'));
    await begun;
    const refused = await talkTo(server);
    expect(await refused.untilClosed()).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n.*Retry-After: 1\r\n/s);
    expect(closed).toEqual(['connection-limit']);
    release();
    expect(await busy.next()).toContain('done /busy');
  });
});

describe('HTTP/1.0 with chunks', () => {
  it('is answered, and ends the connection whatever was asked for', async () => {
    const server = await start();
    const head = 'POST /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n';
    const next = 'GET /smuggled HTTP/1.0\r\nHost: h\r\n\r\n';
    const chunked = await talkTo(server);
    chunked.send(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n${next}`);
    const text = await chunked.untilClosed();
    expect(text).toMatch(/^HTTP\/1\.\d 200 OK\r\n/);
    expect(text).toContain('fallback /a');
    expect(text).not.toContain('smuggled');
    const counted = await talkTo(server);
    counted.send(`${head}Content-Length: 2\r\n\r\n{}`);
    expect(await counted.next()).toContain('Connection: keep-alive');
  });
});

describe('health', () => {
  const fields =
    'Cache-Control: no-store\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n' +
    'X-Request-Id: $ID\r\n';

  it('is alive as soon as it answers', async () => {
    const server = await start({ readiness: () => ({ ready: false, reason: 'no Cuebot' }) });
    expect(await ask(server, get('/healthz'))).toBe(
      `HTTP/1.1 200 OK\r\n${fields}Content-Length: 16\r\n${kept}{"status":"ok"}\n`,
    );
  });

  it('is ready when it is told so, else says why not', async () => {
    expect(await ask(await start(), get('/readyz'))).toContain('200 OK');
    const server = await start({ readiness: () => ({ ready: false, reason: 'Cuebot does not answer' }) });
    expect(await ask(server, get('/readyz'))).toBe(
      `HTTP/1.1 503 Service Unavailable\r\n${fields}Content-Length: 59\r\n${kept}` +
        '{"status":"unavailable","reason":"Cuebot does not answer"}\n',
    );
  });

  it('gives a request id back', async () => {
    expect(await ask(await start(), get('/healthz', 'X-Request-Id: mine-1\r\n'))).toContain(
      '\r\nX-Request-Id: mine-1\r\n',
    );
  });

  it('is only looked at', async () => {
    expect(await ask(await start(), 'POST /healthz HTTP/1.1\r\nHost: h\r\n\r\n')).toBe(
      `HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD, OPTIONS\r\nContent-Length: 0\r\n${kept}`,
    );
  });

  it.each(['HEAD', 'OPTIONS'])('is probed by %s, too', async (method) => {
    const probe = `${method} /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`;
    expect(await ask(await start(), probe, true)).toContain('HTTP/1.1 200 OK');
    const unready = await start({ readiness: () => ({ ready: false, reason: 'Cuebot does not answer' }) });
    const answer = await ask(unready, probe, true);
    expect(answer).toContain('HTTP/1.1 503 Service Unavailable');
    expect(answer.endsWith('}\n')).toBe(method === 'OPTIONS');
  });
});

describe('a connection without a request', () => {
  it('is kept for as long as it is told', async () => {
    const answer = await ask(await start({ keepAliveTimeoutMs: 7_000 }), get('/'));
    expect(answer).toContain('\r\nKeep-Alive: timeout=7\r\n');
  });

  it('is closed after that', async () => {
    const { send, next, untilClosed } = await talkTo(await start({ keepAliveTimeoutMs: 50 }));
    send(get('/'));
    await next();
    expect(await untilClosed()).toBe('');
  });
});

describe('close()', () => {
  it('finishes what is under way, and ends the connection with it', async () => {
    let finish = () => {};
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const server = await start({
      fallback: (request, response) => {
        finish = () => say('done')(request, response);
        isAsked();
      },
    });
    const answered = ask(server, get('/'), true);
    await asked;
    const closed = server.close();
    finish();
    expect(await answered).toContain('\r\nConnection: close\r\n\r\ndone /');
    await closed;
    await expect(ask(server, get('/'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is not ready from the first moment on, while it still answers', async () => {
    const server = await start();
    server.drain();
    const response = await ask(server, get('/readyz'), true);
    expect(response).toMatch(/^HTTP\/1\.1 503 /);
    expect(response).toContain('\r\nConnection: close\r\n');
    expect(response).toContain('"reason":"shutting down"');
  });

  it('answers what arrives on an open connection a moment later, and ends it with the answer', async () => {
    const server = await start();
    const client = await talkTo(server);
    client.send(get('/first'));
    expect(await client.next()).toContain('fallback /first');
    const closed = server.close();
    client.send(get('/second'));
    const answer = await client.untilClosed();
    expect(answer).toContain('fallback /second');
    expect(answer).toContain('\r\nConnection: close\r\n');
    await closed;
  });

  it('answers a connection that nobody had accepted yet', async () => {
    const server = await start();
    const answered = ask(server, get('/'), true);
    const closed = server.close();
    expect(await answered).toContain('fallback /');
    await closed;
  });

  it('does not wait for connections that never sent anything', async () => {
    const server = await start();
    const socket = connect(server.port, '127.0.0.1');
    const ended = new Promise((resolve) =>
      socket
        .once('close', resolve)
        .on('error', () => {})
        .resume(),
    );
    await new Promise((resolve) => socket.once('connect', resolve));
    // Makes sure that the server has seen the connection.
    await ask(server, get('/'));
    await server.close();
    await ended;
  });

  it('cuts what does not end in time', async () => {
    const server = await start({ fallback: () => {} });
    const cut = replay({ port: server.port, request: get('/'), responses: 1, untilClosed: true, patienceMs: 5_000 });
    await ask(server, get('/healthz'));
    await server.close({ timeoutMs: 10 });
    expect(await cut).toEqual({ response: '', closed: true });
  });
});
