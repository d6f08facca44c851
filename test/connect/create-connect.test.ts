import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Call, Reply } from '../../src/call/call.ts';
import { GatewayError, type GatewayErrorOptions } from '../../src/call/gateway-error.ts';
import { type StatusName, statuses } from '../../src/call/status.ts';
import { createConnect } from '../../src/connect/create-connect.ts';
import { createByteBudget } from '../../src/http/byte-budget.ts';
import { peerAddressOf } from '../../src/http/client-address.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import { identityOf } from '../authentication/identity.ts';

const registry = loadProtoFiles(['proto']);
const services = registry.services.filter(({ fullName }) => fullName.startsWith('show.'));
const find = '/show.ShowInterface/FindShow';

/** `FindShowRequest { name: "testing" }`, and a reply whose show has that name. */
const request = Buffer.from('0a0774657374696e67', 'hex');
const reply = Buffer.from('0a0b120774657374696e672000', 'hex');

const nothing = Buffer.alloc(0);

let answer: (call: Call) => Promise<Reply>;
let last: Call | undefined;
let server: Server;
let url: string;
const identify = () => identityOf('ann');

beforeAll(async () => {
  const connect = createConnect({
    registry,
    services,
    isRead: ({ name }) => /^(?:Find|Get)/.test(name),
    invokeOf: () => (call) => {
      last = call;
      return answer(call);
    },
    identify: { connect: identify, 'grpc-web': identify },
    addressOf: peerAddressOf,
    forwardMetadata: true,
    maxBodyBytes: 4_096,
    budget: createByteBudget(2 ** 24),
    onRefused: () => undefined,
  });
  server = createServer((incoming, response) => {
    if (connect.handles(incoming)) connect.handle(incoming, response);
    else response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const replyWith = (extra: Partial<Reply> = {}) => {
  answer = async () => ({ message: reply, header: [], trailer: [], ...extra });
};
const failWith = (status: StatusName, message: string, options: GatewayErrorOptions = {}) => {
  answer = () => Promise.reject(new GatewayError(status, message, options));
};

async function post(body: Uint8Array | string, headers: Readonly<Record<string, string>>, path = find) {
  const response = await fetch(url + path, { method: 'POST', body: body as BodyInit, headers });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

const proto = { 'content-type': 'application/proto' };
const json = { 'content-type': 'application/json', 'connect-protocol-version': '1' };
const web = { 'content-type': 'application/grpc-web+proto' };

describe('a request without a mark', () => {
  it.each([
    ['POST', { 'content-type': 'application/json' }, find],
    ['POST', { 'content-type': 'application/protobuf' }, find],
    ['GET', {}, find],
    ['GET', {}, `${find}?xconnect=v1`],
  ])('is left to REST: %s %j %s', async (method, headers, path) => {
    const init = { method, headers, ...(method === 'POST' && { body: '{}' }) };
    expect((await fetch(url + path, init as RequestInit)).status).toBe(418);
  });
});

describe('Connect', () => {
  it('passes the bytes of application/proto as they are', async () => {
    replyWith();
    const { status, headers, body } = await post(request, proto);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/proto');
    expect(body).toEqual(reply);
    expect(Buffer.from(last!.request)).toEqual(request);
    expect(last).toMatchObject({ surface: 'connect', peer: '127.0.0.1', timeoutMs: undefined });
  });

  it('opens JSON', async () => {
    replyWith();
    const { headers, body } = await post('{"name":"testing"}', json);
    expect(headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(String(body))).toMatchObject({ show: { name: 'testing' } });
    expect(Buffer.from(last!.request)).toEqual(request);
  });

  it('passes metadata both ways, trailers as headers', async () => {
    replyWith({ header: [['x-one', '1']], trailer: [['x-two-bin', Buffer.from([255, 1])]] });
    const sent = { ...proto, 'x-three': '3', 'x-four-bin': '/wE', authorization: 'Bearer secret' };
    const { headers } = await post(request, sent);
    expect(headers.get('x-one')).toBe('1');
    expect(headers.get('trailer-x-two-bin')).toBe('/wE');
    expect(last!.metadata).toContainEqual(['x-three', '3']);
    expect(last!.metadata).toContainEqual(['x-four-bin', Buffer.from([255, 1])]);
    expect(last!.metadata.map(([key]) => key)).not.toContain('authorization');
  });

  it('reads how long its caller waits', async () => {
    replyWith();
    await post(request, { ...proto, 'connect-timeout-ms': '1500' });
    expect(last!.timeoutMs).toBe(1_500);
    const { status, body } = await post(request, { ...proto, 'connect-timeout-ms': '12345678901' });
    expect(status).toBe(400);
    expect(JSON.parse(String(body))).toEqual({
      code: 'invalid_argument',
      message: 'connect-timeout-ms is "12345678901"; expected at most ten digits',
    });
  });

  it.each(statuses.filter(({ name }) => name !== 'OK').map(({ name, httpStatus }) => [name, httpStatus] as const))(
    'answers %s as HTTP %i',
    async (name, httpStatus) => {
      failWith(name, 'that’s why');
      const { status, headers, body } = await post(request, proto);
      expect(status).toBe(httpStatus);
      expect(headers.get('content-type')).toBe('application/json');
      const code = name === 'CANCELLED' ? 'canceled' : name.toLowerCase();
      expect(JSON.parse(String(body))).toEqual({ code, message: 'that’s why' });
    },
  );

  it('tells details and trailers of an error', async () => {
    // code: 5, details: [Any { type_url: "type.googleapis.com/a.B", value: 08 01 }]
    const statusDetails = Buffer.from(
      `08051a1d0a17${Buffer.from('type.googleapis.com/a.B').toString('hex')}12020801`,
      'hex',
    );
    failWith('NOT_FOUND', 'gone', { statusDetails, trailer: [['x-why', 'because']] });
    const { headers, body } = await post(request, proto);
    expect(JSON.parse(String(body))).toMatchObject({ details: [{ type: 'a.B', value: 'CAE' }] });
    expect(headers.get('trailer-x-why')).toBe('because');
    failWith('NOT_FOUND', 'gone', { statusDetails: Buffer.from([0x1a, 0xff]) });
    expect(JSON.parse(String((await post(request, proto)).body))).toEqual({ code: 'not_found', message: 'gone' });
  });

  it('never invites its caller to send again what may have happened', async () => {
    failWith('UNAVAILABLE', 'gone', { mayHaveHappened: true });
    const lost = await post(nothing, proto, '/show.ShowInterface/CreateShow');
    expect(lost.status).toBe(500);
    expect(JSON.parse(lost.body.toString())).toEqual({
      code: 'unknown',
      message: 'the call was sent and its answer was lost (UNAVAILABLE: gone); it may have been carried out',
    });
    expect((await post(nothing, proto)).status).toBe(503);
    failWith('UNAVAILABLE', 'not sent', { mayHaveHappened: false });
    expect((await post(nothing, proto, '/show.ShowInterface/CreateShow')).status).toBe(503);
  });

  it('unpacks gzip within the limit, and packs what is worth it', async () => {
    const long = Buffer.concat([reply, Buffer.from(`a2069c10${'78'.repeat(2_076)}`, 'hex')]);
    replyWith({ message: long });
    const packed = { ...proto, 'content-encoding': 'gzip', 'accept-encoding': 'gzip' };
    const response = await fetch(url + find, { method: 'POST', body: gzipSync(request), headers: packed });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(long);
    expect(Buffer.from(last!.request)).toEqual(request);

    const bomb = await post(gzipSync(Buffer.alloc(100_000)), packed);
    expect(JSON.parse(String(bomb.body))).toEqual({
      code: 'resource_exhausted',
      message: 'the message is longer than 4096 bytes when unpacked',
    });
    expect((await post(request, packed)).status).toBe(400);
    const odd = await post(request, { ...proto, 'content-encoding': 'zstd' });
    expect(JSON.parse(String(odd.body))).toEqual({
      code: 'unimplemented',
      message: 'the encoding "zstd" is not read; there are gzip and identity',
    });
  });

  it('reads by GET what changes nothing, and nothing else', async () => {
    replyWith();
    const get = (path: string, query: string) => fetch(`${url}${path}?connect=v1&${query}`);
    const asJson = await get(find, `encoding=json&message=${encodeURIComponent('{"name":"testing"}')}`);
    expect(await asJson.json()).toMatchObject({ show: { name: 'testing' } });
    const asProto = await get(find, `encoding=proto&base64=1&message=${request.toString('base64url')}`);
    expect(Buffer.from(await asProto.arrayBuffer())).toEqual(reply);
    const packed = gzipSync(request).toString('base64url');
    await get(find, `encoding=proto&base64=1&compression=gzip&message=${packed}`);
    expect(Buffer.from(last!.request)).toEqual(request);

    last = undefined;
    const write = await get('/show.ShowInterface/CreateShow', 'encoding=json&message=%7B%7D');
    expect([write.status, write.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await get(find, 'encoding=json')).status).toBe(400);
    expect((await get(find, 'message=')).status).toBe(400);
    expect(last).toBeUndefined();
  });

  it('refuses what it does not serve, and bodies that are too long or wrong', async () => {
    replyWith();
    last = undefined;
    expect((await post(request, proto, '/job.JobInterface/Kill')).status).toBe(404);
    expect((await post(Buffer.alloc(5_000), proto)).status).toBe(429);
    expect((await post('{"name":', json)).status).toBe(400);
    expect((await post(request, { ...proto, 'connect-protocol-version': '2' })).status).toBe(400);
    expect(last).toBeUndefined();
  });
});

/** A body of gRPC-Web as its frames. */
function framesOf(body: Buffer): readonly (readonly [flags: number, content: string])[] {
  const frames: [number, string][] = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    frames.push([body[at]!, body.subarray(at + 5, end).toString('latin1')]);
    at = end;
  }
  return frames;
}

const frame = (message: Buffer, flags = 0) => {
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

describe('gRPC-Web', () => {
  it('frames the message, and the trailers behind it', async () => {
    replyWith({ header: [['x-one', '1']], trailer: [['x-two', '2']] });
    const { status, headers, body } = await post(frame(request), { ...web, 'grpc-timeout': '1500m' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/grpc-web+proto');
    expect(headers.get('x-one')).toBe('1');
    expect(framesOf(body)).toEqual([
      [0, reply.toString('latin1')],
      [0x80, 'grpc-status: 0\r\nx-two: 2\r\n'],
    ]);
    expect(last).toMatchObject({ surface: 'grpc-web', timeoutMs: 1_500 });
    expect(Buffer.from(last!.request)).toEqual(request);
  });

  it('speaks base64 where pages cannot read bytes', async () => {
    replyWith();
    const text = { 'content-type': 'application/grpc-web-text' };
    const { headers, body } = await post(frame(request).toString('base64'), text);
    expect(headers.get('content-type')).toBe('application/grpc-web-text');
    expect(framesOf(Buffer.from(String(body), 'base64'))[0]).toEqual([0, reply.toString('latin1')]);
    // Each piece may be padded by itself.
    const framed = frame(request);
    await post(framed.subarray(0, 4).toString('base64') + framed.subarray(4).toString('base64'), text);
    expect(Buffer.from(last!.request)).toEqual(request);
  });

  it('answers errors by trailers, in 200', async () => {
    const trailer = [['x-why', 'because']] as const;
    failWith('NOT_FOUND', 'kein „Schuh“\n100%', { trailer, statusDetails: Buffer.from([8, 5]) });
    const { status, body } = await post(frame(request), web);
    expect(status).toBe(200);
    expect(framesOf(body)).toEqual([
      [
        0x80,
        'grpc-status: 5\r\ngrpc-message: kein %E2%80%9ESchuh%E2%80%9C%0A100%25\r\nx-why: because\r\ngrpc-status-details-bin: CAU\r\n',
      ],
    ]);
  });

  it('unpacks and packs gzip', async () => {
    const long = Buffer.concat([reply, Buffer.from(`a2069c10${'78'.repeat(2_076)}`, 'hex')]);
    replyWith({ message: long });
    const packed = { ...web, 'grpc-encoding': 'gzip', 'grpc-accept-encoding': 'identity, gzip' };
    const { headers, body } = await post(frame(gzipSync(request), 1), packed);
    expect(headers.get('grpc-encoding')).toBe('gzip');
    const [[flags, content]] = framesOf(body) as [[number, string]];
    expect(flags).toBe(1);
    expect(gunzipSync(Buffer.from(content, 'latin1'))).toEqual(long);
    expect(Buffer.from(last!.request)).toEqual(request);
  });

  it.each<[what: string, code: number, body: Buffer, headers?: Readonly<Record<string, string>>]>([
    ['half a frame', 3, Buffer.from([0, 0])],
    ['a frame that is cut short', 3, frame(request).subarray(0, 9)],
    ['a timeout without a unit', 3, frame(request), { 'grpc-timeout': '15' }],
    ['no message', 12, Buffer.alloc(0)],
    ['two messages', 12, Buffer.concat([frame(request), frame(request)])],
    ['an encoding that nobody reads', 12, frame(request), { 'grpc-encoding': 'zstd' }],
    ['a compressed frame that does not say how', 13, frame(request, 1)],
  ])('refuses %s with status %i', async (_, code, body, headers = {}) => {
    last = undefined;
    const [[, trailers] = []] = framesOf((await post(body, { ...web, ...headers })).body);
    expect(trailers).toMatch(new RegExp(`^grpc-status: ${code}\r\n`));
    expect(last).toBeUndefined();
  });
});
