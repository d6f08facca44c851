import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createByteBudget } from '../../../src/http/byte-budget.ts';
import { type ServedBookshop, serveBookshop } from '../bookshop/serve.ts';

let served: ServedBookshop;

beforeEach(async () => {
  served = await serveBookshop({ limits: { maxRequestBytes: 100 } });
});

afterEach(() => served.close());

describe('readJsonBody()', () => {
  it.each([
    ['nonsense', 400, 'The body is not valid JSON.'],
    ['', 400, 'The body is not valid JSON.'],
    ['{"query":', 400, 'The body is not valid JSON.'],
    ['null', 400, 'The body must be a JSON object with "query", and perhaps "variables" and "operationName".'],
    [
      '"{ __typename }"',
      400,
      'The body must be a JSON object with "query", and perhaps "variables" and "operationName".',
    ],
    [`"${'x'.repeat(99)}"`, 413, 'The body is larger than 100 bytes (GRAPHQL_MAX_REQUEST_MB).'],
  ])('refuses %s', async (body, status, message) => {
    const response = await served.post(body);
    expect([response.status, await response.json()]).toEqual([
      status,
      {
        errors: [
          {
            message,
            extensions: { code: 'BAD_REQUEST', reason: status === 413 ? 'BODY_TOO_LONG' : 'BODY_MALFORMED' },
          },
        ],
      },
    ]);
  });

  it('refuses bytes that are no UTF-8', async () => {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(response.status).toBe(400);
  });

  it('reads up to the limit', async () => {
    const body = JSON.stringify({ query: '{ __typename }' });
    expect((await served.post(body + ' '.repeat(100 - body.length))).status).toBe(200);
  });

  it('counts what comes in chunks without an announced length', async () => {
    const chunks = ['{"query":"{ __typename', ' '.repeat(50), ' '.repeat(50), '}"}'].map((text) => Buffer.from(text));
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
      body: new ReadableStream({
        pull: (controller) => {
          const chunk = chunks.shift();
          if (chunk === undefined) controller.close();
          else controller.enqueue(chunk);
        },
      }),
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('ends the operation of a client that leaves in the middle, and serves the next', async () => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const head = ['POST /graphql HTTP/1.1', 'host: x', 'authorization: Bearer good', 'content-type: application/json'];
    socket.write(`${head.join('\r\n')}\r\ncontent-length: 50\r\n\r\n{"query`);
    socket.end();
    await once(socket.resume(), 'close');
    expect((await served.post({ query: '{ __typename }' })).status).toBe(200);
    expect(served.errors).toEqual([]);
  });

  it('refuses a body that there is no room for, and calls while too much is held', async () => {
    await served.close();
    const budget = createByteBudget(1_000);
    served = await serveBookshop({ budget });
    // What others hold: nearly all of it.
    const other = () => {
      const response = Object.assign(new EventEmitter(), { writableLength: 0 });
      const hold = budget.open(response as unknown as ServerResponse);
      hold.set(490);
      return { hold, end: () => response.emit('close') };
    };
    const others = [other(), other()];
    const body = { query: '{ __typename }' };
    const tooMuch = await served.post(body);
    const message = 'The gateway holds as many bytes of bodies as it may; try again in a moment.';
    expect([tooMuch.status, await tooMuch.json()]).toEqual([
      413,
      { errors: [{ message, extensions: { code: 'BAD_REQUEST', reason: 'BODY_BUFFERS_FULL' } }] },
    ]);
    others.push(other());
    const full = await served.post(body);
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await full.text()).toContain('the gateway holds as many bytes as it may; try again in a moment');
    for (const { end } of others) end();
    expect((await served.post(body)).status).toBe(200);
  });
});
