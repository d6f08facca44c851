import { unknownHost } from '../../src/http/blocked-request.ts';
import { afterEach, describe, expect, it } from 'vitest';

import { peerAddressOf } from '../../src/http/client-address.ts';
import { createServer, type RunningServer } from '../../src/http/create-server.ts';
import { originProblem } from '../../src/http/cors.ts';
import type { Mount } from '../../src/http/mount.ts';
import { type BlockedEvent, compileProtection, type ProtectionOptions } from '../../src/http/protect.ts';
import { beforeRouting } from '../../src/rest/before-routing.ts';
import { sendAnswer } from '../../src/rest/send-answer.ts';
import { replay } from '../conformance/replay.ts';

let server: RunningServer | undefined;
afterEach(() => server?.close({ timeoutMs: 0 }));

/** A gate with a surface behind it: what the surface answers raw at `/`, and by node's own ways at `/node`. */
async function start(options: Partial<ProtectionOptions> = {}, mount: Partial<Mount> = {}) {
  const reached: string[] = [];
  const blocked: BlockedEvent[] = [];
  const protect = compileProtection({
    allowedHosts: [],
    listenHost: '127.0.0.1',
    ownName: 'own',
    corsOrigins: [],
    isAmbient: false,
    addressOf: peerAddressOf,
    onBlocked: (event) => blocked.push(event),
    ...options,
  });
  const fallback = protect({
    handle: (request, response) => {
      reached.push(`${request.method} ${request.url}`);
      if (request.url === '/node') response.writeHead(200, { vary: 'accept' }).end('node');
      else sendAnswer(response, { status: 200, fields: '', body: Buffer.from('raw') });
    },
    crossSiteMethods: 'POST',
    isReadGuarded: () => false,
    wordBlocked: ({ message }, requestId) => JSON.stringify({ message, requestId }),
    ...mount,
  });
  server = await createServer({
    host: '127.0.0.1',
    port: 0,
    beforeRouting,
    mounts: {},
    fallback,
    readiness: () => ({ ready: true }),
    onError: () => {},
  });
  const { port } = server;
  const ask = async (method: string, fields: Readonly<Record<string, string>> = {}, target = '/') => {
    const lines = Object.entries({ Host: 'localhost:1', ...fields }).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
    const { response } = await replay({ port, request, responses: 1, untilClosed: false, patienceMs: 1_000 });
    return response.replace(/Date: .* GMT/, 'Date: $DATE');
  };
  const statusOf = async (...request: Parameters<typeof ask>) => Number((await ask(...request)).slice(9, 12));
  return { ask, statusOf, reached, blocked };
}

const foreign = 'https://evil.example';

describe('compileProtection()', () => {
  it('answers 421 for hosts that are not the gateway’s, and tells', async () => {
    const { ask, reached, blocked } = await start();
    expect(await ask('GET', { Host: 'evil.example', 'X-Request-Id': 'r-1' }, '/a')).toBe(
      'HTTP/1.1 421 Misdirected Request\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n' +
        'X-Request-Id: r-1\r\nContent-Length: 136\r\nDate: $DATE\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n' +
        '{"message":"this gateway is not \\"evil.example\\"; if that is one of its names, its operator adds it to ALLOWED_HOSTS","requestId":"r-1"}',
    );
    expect(reached).toEqual([]);
    expect(blocked).toEqual([
      {
        reason: 'unknown-host',
        requestId: 'r-1',
        host: 'evil.example',
        origin: undefined,
        path: '/a',
        remoteAddress: '127.0.0.1',
      },
    ]);
  });

  it('quotes the name as ALLOWED_HOSTS takes it', async () => {
    const { ask } = await start();
    expect(await ask('GET', { Host: 'evil.example:8448' }, '/')).toContain('is not \\"evil.example\\"; if');
    expect(unknownHost('[2001:db8::1]:8448').message).toContain('"[2001:db8::1]"');
    expect(unknownHost('2001:db8::1').message).toContain('"2001:db8::1"');
  });

  it('looks at the host of an absolute target, which wins over the field', async () => {
    const { statusOf, reached } = await start();
    expect(await statusOf('GET', { Host: 'localhost' }, 'http://evil.example/')).toBe(421);
    expect(reached).toEqual([]);
    expect(await statusOf('GET', { Host: 'evil.example' }, 'http://localhost/')).toBe(200);
  });

  it('answers health whatever the host, since probes come by address', async () => {
    const { statusOf } = await start();
    expect(await statusOf('GET', { Host: '10.2.3.4:8448' }, '/healthz')).toBe(200);
    expect(await statusOf('GET', { Host: '10.2.3.4:8448' }, '/readyz')).toBe(200);
  });

  it('cuts what the client wrote before it tells', async () => {
    const { ask, blocked } = await start();
    await ask('POST', { Origin: `https://${'e'.repeat(500)}` }, `/${'p'.repeat(500)}`);
    expect(blocked[0]!.origin).toHaveLength(200);
    expect(blocked[0]!.path).toHaveLength(200);
  });

  it.each<[status: number, method: string, fields: Readonly<Record<string, string>>]>([
    [200, 'POST', {}],
    [200, 'POST', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:1' }],
    [200, 'POST', { 'Sec-Fetch-Site': 'none' }],
    [403, 'POST', { 'Sec-Fetch-Site': 'cross-site', Origin: foreign }],
    [403, 'POST', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost:2' }],
    [403, 'POST', { 'Sec-Fetch-Site': 'cross-site' }],
    [403, 'POST', { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:1' }],
    [403, 'POST', { 'Sec-Fetch-Site': 'same-origin, cross-site' }],
    [403, 'POST', { 'Sec-Fetch-Site': '' }],
    [200, 'POST', { Origin: 'http://localhost:1' }],
    [200, 'POST', { Origin: 'https://LOCALHOST:1' }],
    [403, 'POST', { Origin: 'http://localhost' }],
    [403, 'POST', { Origin: 'http://localhost:2' }],
    [403, 'POST', { Origin: foreign }],
    [403, 'POST', { Origin: 'null' }],
    [403, 'POST', { Origin: 'http://localhost:1, https://evil.example' }],
    [200, 'POST', { Origin: 'a-program' }],
    [403, 'PUT', { Origin: foreign }],
    [403, 'DELETE', { Origin: foreign }],
    [403, 'PATCH', { Origin: foreign }],
    [200, 'GET', { Origin: foreign, 'Sec-Fetch-Site': 'cross-site' }],
    [200, 'HEAD', { Origin: foreign, 'Sec-Fetch-Site': 'cross-site' }],
    [200, 'OPTIONS', { Origin: foreign, 'Sec-Fetch-Site': 'cross-site' }],
  ])('answers %i to %s with %o', async (status, method, fields) => {
    const { statusOf, reached, blocked } = await start();
    expect(await statusOf(method, fields)).toBe(status);
    expect([reached.length, blocked.length]).toEqual(status === 200 ? [1, 0] : [0, 1]);
  });

  it('says which origin it was, and what to do if it is a friend', async () => {
    const { ask } = await start();
    expect(await ask('POST', { Origin: foreign, 'X-Request-Id': 'r' })).toContain(
      '{"message":"requests of pages of other sites are refused, and this one comes from https://evil.example; if it is one ' +
        'of yours, its origin belongs into CORS_ORIGINS, and a proxy before the gateway must pass the Host header on as it is","requestId":"r"}',
    );
    expect(await ask('POST', { 'Sec-Fetch-Site': 'cross-site' })).toContain('this one comes from such a page;');
  });
});

describe('compileProtection() without tokens', () => {
  const json = { 'Content-Type': 'application/json' };

  it.each([
    undefined,
    '',
    'text/plain',
    'text/plain; charset=application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    'application/json, text/plain',
    'application/jsonx',
    'text/json',
  ])('refuses a body of type %s', async (type) => {
    const { ask, reached } = await start({ isAmbient: true });
    const answer = await ask('POST', type === undefined ? {} : { 'Content-Type': type });
    expect(answer).toMatch(/^HTTP\/1\.1 415 Unsupported Media Type\r\n/);
    const found = type === undefined ? 'it has none' : `it is ${JSON.stringify(`"${type}"`).slice(1, -1)}`;
    expect(answer).toContain(`"message":"with AUTH=none a body needs \\"Content-Type: application/json\\"; ${found}"`);
    expect(reached).toEqual([]);
  });

  it.each(['application/json', 'Application/JSON; charset=utf-8', 'application/graphql-response+json'])(
    'takes a body of type %s',
    async (type) => {
      const { statusOf } = await start({ isAmbient: true });
      expect(await statusOf('POST', { 'Content-Type': type })).toBe(200);
    },
  );

  it('takes a body of any type with tokens, which forms cannot carry', async () => {
    const { statusOf } = await start();
    expect(await statusOf('POST', { 'Content-Type': 'application/x-www-form-urlencoded' })).toBe(200);
  });

  it('refuses reads of other sites where reading is work, but lets people follow links', async () => {
    const { statusOf } = await start({ isAmbient: true }, { isReadGuarded: () => true });
    const image = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' };
    expect(await statusOf('GET', image)).toBe(403);
    expect(await statusOf('GET', { Origin: foreign })).toBe(403);
    expect(await statusOf('HEAD', { Origin: foreign })).toBe(403);
    expect(await statusOf('GET', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' })).toBe(200);
    expect(await statusOf('GET')).toBe(200);
    expect(await statusOf('POST', { ...json, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' })).toBe(403);
  });
});

describe('CORS', () => {
  const friend = 'https://cueweb.studio.example';
  const preflight = { Origin: friend, 'Access-Control-Request-Method': 'POST' };

  it('answers preflights of listed origins exactly, and lets nothing reach the surface', async () => {
    const { ask, reached } = await start({ corsOrigins: [friend] });
    expect(await ask('OPTIONS', preflight, '/any')).toBe(
      'HTTP/1.1 204 No Content\r\n' +
        'Access-Control-Allow-Headers: Authorization, Connect-Protocol-Version, Connect-Timeout-Ms, Content-Type, Grpc-Timeout, Idempotency-Key, X-API-Key, X-Grpc-Web, X-Request-Id, X-User-Agent\r\n' +
        'Access-Control-Allow-Methods: POST\r\nAccess-Control-Allow-Origin: https://cueweb.studio.example\r\n' +
        'Access-Control-Max-Age: 600\r\nVary: Origin\r\nDate: $DATE\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n',
    );
    expect(reached).toEqual([]);
  });

  it('keeps the connection usable after a preflight', async () => {
    await start({ corsOrigins: [friend] });
    const lines = `Host: localhost\r\nOrigin: ${friend}\r\n`;
    const request = `OPTIONS / HTTP/1.1\r\n${lines}Access-Control-Request-Method: POST\r\n\r\nPOST / HTTP/1.1\r\n${lines}\r\n`;
    const { response } = await replay({
      port: server!.port,
      request,
      responses: 0,
      untilClosed: false,
      patienceMs: 300,
    });
    expect(response).toMatch(/^HTTP\/1\.1 204 .*\r\n\r\nHTTP\/1\.1 200 OK\r\n.*\r\n\r\nraw$/s);
  });

  it('names the methods of the mount', async () => {
    const { ask } = await start({ corsOrigins: [friend] }, { crossSiteMethods: 'GET, POST' });
    expect(await ask('OPTIONS', preflight)).toContain('\r\nAccess-Control-Allow-Methods: GET, POST\r\n');
  });

  it.each(['https://evil.example', `${friend}.evil.example`, `${friend}:444`, 'http://cueweb.studio.example', 'null'])(
    'never reflects %s',
    async (origin) => {
      const { ask, reached } = await start({ corsOrigins: [friend] });
      const answer = await ask('OPTIONS', { ...preflight, Origin: origin });
      expect(answer).toContain('\r\nVary: Origin\r\n');
      expect(answer).not.toMatch(/access-control/i);
      // The surface answers as if there were no CORS.
      expect(reached).toEqual(['OPTIONS /']);
    },
  );

  it('is off unless origins are named', async () => {
    const { ask, reached } = await start();
    expect(await ask('OPTIONS', preflight)).toBe('HTTP/1.1 200 OK\r\nDate: $DATE\r\nContent-Length: 3\r\n\r\nraw');
    expect(reached).toEqual(['OPTIONS /']);
  });

  it('lets listed origins call and read', async () => {
    const { ask } = await start({ corsOrigins: [friend] });
    expect(await ask('POST', { Origin: friend, 'Sec-Fetch-Site': 'cross-site' })).toBe(
      'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: https://cueweb.studio.example\r\n' +
        'Access-Control-Expose-Headers: Grpc-Encoding, Grpc-Message, Grpc-Status, Grpc-Status-Details-Bin, Retry-After, WWW-Authenticate, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id\r\nVary: Origin\r\nDate: $DATE\r\nContent-Length: 3\r\n\r\nraw',
    );
  });

  it('reaches answers that node writes, too', async () => {
    const { ask } = await start({ corsOrigins: [friend] });
    expect(await ask('POST', { Origin: friend }, '/node')).toMatch(
      /\r\nAccess-Control-Allow-Origin: https:\/\/cueweb\.studio\.example\r\n/i,
    );
  });

  it('tells caches that answers differ by origin, also to those who send none', async () => {
    const { ask } = await start({ corsOrigins: [friend] });
    expect(await ask('GET')).toBe('HTTP/1.1 200 OK\r\nVary: Origin\r\nDate: $DATE\r\nContent-Length: 3\r\n\r\nraw');
  });

  it('takes every origin for *, and never credentials', async () => {
    const { ask } = await start({ corsOrigins: ['*'] });
    for (const answer of [await ask('OPTIONS', preflight), await ask('POST', { Origin: foreign })]) {
      expect(answer).toContain('\r\nAccess-Control-Allow-Origin: *\r\n');
      expect(answer).not.toContain('Vary');
      expect(answer).not.toContain('Credentials');
    }
  });
});

describe('originProblem()', () => {
  const problem = (text: string) =>
    `"${text}" is no origin; expected scheme, host and perhaps port as browsers write them, such as https://cueweb.studio.example, or *`;

  it.each(['*', 'https://a.example', 'http://localhost:3000', 'http://[::1]:3000'])('takes %s', (text) => {
    expect(originProblem(text)).toBeUndefined();
  });

  it.each([
    ['https://a.example/', '; write https://a.example'],
    ['https://A.example', '; write https://a.example'],
    ['https://a.example:443', '; write https://a.example'],
    ['https://u:p@a.example', '; write https://a.example'],
    ['a.example', ''],
    ['null', ''],
    ['file:///tmp', ''],
    ['https://*.example', ''],
  ])('refuses %s', (text, hint) => {
    expect(originProblem(text)).toBe(problem(text) + hint);
  });
});
