import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';

import { createByteBudget } from '../../src/http/byte-budget.ts';
import type { Answer } from '../../src/rest/send-answer.ts';
import { compileSendCompressed } from '../../src/rest/send-compressed.ts';
import { replay } from '../conformance/replay.ts';

const json = JSON.stringify(Array.from({ length: 400 }, (_, number) => ({ number })));
const body = [Buffer.from(json.slice(0, 1_000)), Buffer.from(json.slice(1_000))];
const answer: Answer = { status: 200, fields: 'Content-Type: application/json\r\n', body };

let server: Server | undefined;
afterEach(() => void server?.close());

/** What comes of one answer, as it is on the wire. */
async function ask(fields: string, given = answer, { isFull = false, version = '1.1' } = {}): Promise<string> {
  const maxBytes = 1e9;
  const budget = createByteBudget(maxBytes);
  for (const subject of isFull ? ['ann', 'bob'] : []) {
    const hold = budget.open({ once: () => {} } as never);
    hold.assign(subject);
    hold.set(maxBytes / 2);
  }
  const send = compileSendCompressed(budget);
  server = createServer((request, response) => {
    budget.open(response);
    request.resume().on('end', () => send(response, given));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const request = `GET / HTTP/${version}\r\nHost: localhost\r\n${fields}Connection: close\r\n\r\n`;
  const { response } = await replay({ port, request, responses: 1, untilClosed: true, patienceMs: 10_000 });
  return response;
}

const bodyOf = (response: string) => response.slice(response.indexOf('\r\n\r\n') + 4);
const withoutChunks = (text: string): string => {
  const [, size = '0'] = /^([\da-f]+)\r\n/.exec(text) ?? [];
  const from = size.length + 2;
  const length = Number.parseInt(size, 16);
  return length === 0 ? '' : text.slice(from, from + length) + withoutChunks(text.slice(from + length + 2));
};
const gzip = 'Accept-Encoding: gzip\r\n';

describe('compileSendCompressed()', () => {
  it('sends what unpacks to the same, in chunks', async () => {
    const response = await ask(gzip);
    const fields =
      /^HTTP\/1\.1 200 OK\r\nContent-Type: application\/json\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n/;
    expect(response).toMatch(fields);
    expect(gunzipSync(Buffer.from(withoutChunks(bodyOf(response)), 'latin1')).toString()).toBe(json);
  });

  it('sends trailers behind it', async () => {
    const response = await ask(gzip, { ...answer, trailers: 'Grpc-Trailer-A: b\r\n' });
    expect(response).toMatch(/\r\n0\r\nGrpc-Trailer-A: b\r\n\r\n$/);
    expect(gunzipSync(Buffer.from(withoutChunks(bodyOf(response)), 'latin1')).toString()).toBe(json);
  });

  it('ends with the connection for clients of HTTP/1.0, who know no chunks', async () => {
    const response = await ask(gzip, answer, { version: '1.0' });
    expect(response).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
    expect(gunzipSync(Buffer.from(bodyOf(response), 'latin1')).toString()).toBe(json);
  });

  it.each([
    ['a client that takes nothing else', '', answer, false],
    ['a short body', gzip, { ...answer, body: Buffer.from('{}') }, false],
    ['a budget without room', gzip, answer, true],
  ])('leaves the answer as it is for %s', async (_, fields, given, isFull) => {
    const response = await ask(fields, given, { isFull });
    expect(response).not.toContain('Content-Encoding');
    expect(response).toContain('\r\nVary: Accept-Encoding\r\n');
    expect(response).toContain(given === answer ? json : '{}');
  });
});
