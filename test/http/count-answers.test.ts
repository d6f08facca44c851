import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createServer, type RunningServer } from '../../src/http/create-server.ts';
import type { Handler } from '../../src/http/mount.ts';
import { beforeRouting } from '../../src/rest/before-routing.ts';
import { sendAnswer, startAnswer } from '../../src/rest/send-answer.ts';
import { countAnswers } from '../../src/http/count-answers.ts';
import { send } from '../app/running-gateway.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close({ timeoutMs: 0 })));
});

async function start(handler: Handler) {
  const counted: string[] = [];
  const fallback = countAnswers(handler, (statusClass) => () => void counted.push(statusClass));
  const options = { host: '127.0.0.1', port: 0, mounts: {}, readiness: () => ({ ready: true }), onError: () => {} };
  const server = await createServer({ ...options, beforeRouting, fallback });
  running.push(server);
  return { server, counted };
}

describe('countAnswers()', () => {
  it('counts by class of status, whichever way the answer goes out', async () => {
    const { server, counted } = await start((request, response) => {
      const status = request.url!.slice(1);
      if (status === '200') response.writeHead(200).end('by node');
      else if (status === '206') startAnswer(response, { status: 206, fields: '' }).end();
      else sendAnswer(response, { status: Number(status), fields: '', body: Buffer.alloc(0) });
    });
    for (const status of [200, 206, 404, 503]) {
      expect((await send(undefined, `${server.url}/${status}`, 'GET', {})).status).toBe(status);
    }
    await vi.waitFor(() => expect(counted).toEqual(['2xx', '2xx', '4xx', '5xx']));
  });

  it('counts a request whose client left before the answer as none', async () => {
    const { server, counted } = await start(() => {});
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    await vi.waitFor(() => expect(counted).toEqual(['none']));
  });
});
