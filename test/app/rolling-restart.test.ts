import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { createClient } from 'graphql-sse';
import { afterEach, describe, expect, it } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createDemoCuebot, type DemoCuebot } from '../../src/demo/demo-cuebot.ts';

import { isRedisMissing, type RedisServer, startRedis } from '../coordination/redis-server.ts';
import { secret, send } from './running-gateway.ts';

/** Two gateways in processes of their own are updated by day, behind a proxy that knows of them what their `/readyz` says. */

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A gateway in a process of its own. */
interface Process {
  readonly child: ChildProcess;
  readonly url: string;
  isReady: boolean;
}

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function startProcess(cuebot: DemoCuebot, redis: RedisServer): Promise<Process> {
  const child = spawn(process.execPath, [cli, 'serve'], {
    env: {
      PATH: process.env['PATH'],
      CUEBOT_ENDPOINT: cuebot.endpoint,
      REDIS_URL: redis.url,
      JWT_SECRET: secret,
      HOST: '127.0.0.1',
      REST_PORT: '0',
      DRAIN_DELAY: '2s',
      LIVE_MIN_INTERVAL: '50ms',
      LIVE_INTERVAL: '50ms',
      // However slow the machine is.
      GRPC_TIMEOUT: '10m',
      LANE_MAX_WAIT: '10m',
      SHUTDOWN_TIMEOUT: '10m',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  opened.push(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout! })) {
    const { url } = JSON.parse(line) as { readonly url?: string };
    if (url === undefined) continue;
    // What nobody reads would hold it up.
    child.stdout!.resume();
    return { child, url, isReady: false };
  }
  throw new Error('the gateway ended before it served');
}

/** Sends each request to one of those that are ready; what could not be sent goes to another one, and nothing is sent twice. */
async function startProxy(processes: readonly Process[]): Promise<string> {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  const forward = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const ready = processes.filter(({ isReady }) => isReady);
    turn += 1;
    const chosen = ready[turn % ready.length];
    if (chosen === undefined) return void response.writeHead(502).end('nobody is ready');
    const { method, headers } = request;
    const passedOn = httpRequest(`${chosen.url}${request.url}`, { agent, method, headers });
    passedOn.on('response', (answer) => {
      const { connection, ...others } = answer.headers;
      response.writeHead(answer.statusCode!, others);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    passedOn.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') forward(request, response, body);
      else if (response.headersSent) response.destroy();
      else response.writeHead(502).end(error.message);
    });
    response.on('close', () => passedOn.destroy());
    passedOn.end(body);
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => forward(request, response, Buffer.concat(parts)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(() => {
    server.closeAllConnections();
    server.close();
    agent.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Asks `/readyz` of each again and again, as balancers do. */
function watchReadiness(processes: readonly Process[]): void {
  let isOver = false;
  const look = async (one: Process) => {
    one.isReady = await fetch(`${one.url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  const goOn = async () => {
    while (!isOver) {
      await Promise.all(processes.map(look));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const watching = goOn();
  opened.push(() => {
    isOver = true;
    return watching;
  });
}

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('two gateways that are updated one after the other', () => {
  it('lose no request, and every subscription comes back', async () => {
    const cuebot = await createDemoCuebot();
    opened.push(() => cuebot.close());
    const redis = await startRedis();
    opened.push(() => redis.stop());
    const processes: Process[] = [];
    watchReadiness(processes);
    const start = async () => {
      const one = await startProcess(cuebot, redis);
      processes.push(one);
      await expect.poll(() => one.isReady, { timeout: 120_000 }).toBe(true);
    };
    await start();
    await start();
    const url = await startProxy(processes);
    const authorization = `Bearer ${signToken({ secret, claims: { sub: 'ann' } })}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const agent = new Agent({ keepAlive: true });
    opened.push(() => agent.destroy());
    const post = (path: string, body: object) => send(agent, `${url}${path}`, 'POST', headers, JSON.stringify(body));

    const jobs = [...cuebot.farm.jobs.values()].slice(0, 4);
    const setPriority = (id: string, val: number) => post('/job.JobInterface/SetPriority', { job: { id }, val });
    const client = createClient({ url: `${url}/graphql`, headers: { authorization }, retryAttempts: 100 });
    opened.push(() => client.dispose());
    const query = 'subscription ($id: ID!) { job(id: $id) { priority } }';
    const seen = new Map<string, unknown>();
    const mistakes: unknown[] = [];
    for (const { id } of jobs) {
      client.subscribe<{ job: { priority: number } }>(
        { query, variables: { id } },
        {
          next: ({ data, errors }) => void seen.set(id, errors ?? data?.job.priority),
          error: (error) => void mistakes.push(error),
          complete: () => void mistakes.push('a subscription ended'),
        },
      );
    }
    await expect.poll(() => seen.size, { timeout: 120_000 }).toBe(jobs.length);

    let isOver = false;
    let answered = 0;
    const ask = async (index: number) => {
      const { id } = jobs[index]!;
      for (let round = 0; !isOver; round += 1) {
        const ways = [
          () => setPriority(id, round % 100),
          () => post('/show.ShowInterface/FindShow', { name: 'testing' }),
          () => post('/job.JobInterface/GetLayers', { job: { id } }),
          () => post('/graphql', { query: '{ showGetShows { shows { shows { name } } } }' }),
        ];
        const { status, text } = await ways[(round + index) % ways.length]!();
        answered += 1;
        if (status !== 200) mistakes.push(`${status} ${text}`);
      }
    };
    const load = Promise.all(jobs.map((_, index) => ask(index)));
    const moreAnswers = async () => {
      const before = answered;
      await expect.poll(() => answered, { timeout: 120_000 }).toBeGreaterThan(before + 50);
    };

    for (const old of processes.slice()) {
      await moreAnswers();
      old.child.kill('SIGTERM');
      expect(await once(old.child, 'exit')).toEqual([0, null]);
      processes.splice(processes.indexOf(old), 1);
      await moreAnswers();
      await start();
    }
    await moreAnswers();
    isOver = true;
    await load;
    expect(mistakes).toEqual([]);

    for (const [index, { id }] of jobs.entries()) expect((await setPriority(id, 1_000 + index)).status).toBe(200);
    await expect
      .poll(() => jobs.map(({ id }) => seen.get(id)), { timeout: 120_000 })
      .toEqual(jobs.map((_, index) => 1_000 + index));
    expect(mistakes).toEqual([]);
  }, 600_000);
});
