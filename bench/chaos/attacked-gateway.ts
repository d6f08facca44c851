import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What the attacked gateway takes tokens by. */
export const secret = 'a-secret-for-attacks-with-enough-bytes-in-it';

/** A gateway in a process of its own, to be attacked. */
export interface AttackedGateway {
  readonly port: number;
  /** Where gRPC is, with `GRPC_PORT`. */
  readonly grpcPort: number | undefined;
  /** Where the metrics are, with `METRICS_PORT`. */
  readonly metricsUrl: string | undefined;
  /** The resident set, in MiB (Linux only). */
  residentMiB(): number;
  /** Connects, sends bytes, and never reads. Closed by the gateway or by `stop`. */
  send(bytes: string): Promise<Socket>;
  /** Asks for a call and tells its status; 0: there was no answer in the given time. */
  call(rpc: string, subject: string, timeoutMs: number): Promise<number>;
  /** Sends a GraphQL request, and reads the whole answer. */
  graphql(body: string | Buffer, subject: string): Promise<GraphqlAnswer>;
  /** Processor time of the main thread so far, in milliseconds (Linux only). */
  processorMs(): number;
  /** Resolves to the longest turn of the event loop meanwhile, in milliseconds of processor time, garbage collection apart. */
  longestTurnOf(work: () => Promise<unknown>): Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

/** An answer of GraphQL. */
export interface GraphqlAnswer {
  /** 0: the connection broke. */
  readonly status: number;
  readonly body: Buffer;
  readonly seconds: number;
}

/**
 * Starts `cuegate serve` with settings. Where a number is given, it may have so many files open as soon as it serves; loading
 * the program takes more.
 */
export async function attackGateway(
  settings: Readonly<Record<string, string>>,
  descriptors?: number,
): Promise<AttackedGateway> {
  const turnFile = join(mkdtempSync(join(tmpdir(), 'cuegate-chaos-')), 'turn');
  const child = spawn(process.execPath, ['--import', './bench/programs/longest-turn.mjs', 'dist/cli.js', 'serve'], {
    cwd: root,
    env: {
      ...process.env,
      LONGEST_TURN_FILE: turnFile,
      HOST: '127.0.0.1',
      REST_PORT: '0',
      JWT_SECRET: secret,
      LOG_LEVEL: 'info',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let port: number | undefined;
  child.stdout.setEncoding('utf8');
  const failed = once(child, 'exit').then(() => {
    throw new Error(`the gateway did not start: ${output}`);
  });
  while (port === undefined) {
    const [text] = (await Promise.race([once(child.stdout, 'data'), failed])) as [string];
    output += text;
    // The whole line, which tells where gRPC is, too.
    const found = /"url":"http:\/\/127\.0\.0\.1:(\d+)".*\n/.exec(output)?.[1];
    port = found === undefined ? undefined : Number(found);
  }
  // It ends when it is stopped.
  failed.catch(() => {});
  child.stdout.resume();
  if (descriptors !== undefined) spawnSync('prlimit', ['--pid', String(child.pid), `--nofile=${descriptors}`]);
  const sockets = new Set<Socket>();
  const listening = port;
  const grpcPort = /"grpcPort":(\d+)/.exec(output)?.[1];
  return {
    port: listening,
    grpcPort: grpcPort === undefined ? undefined : Number(grpcPort),
    metricsUrl: /"metrics":"([^"]+)"/.exec(output)?.[1],
    residentMiB: () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    send: async (bytes) => {
      const socket = connect(listening, '127.0.0.1').pause();
      sockets.add(socket);
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(bytes, 'latin1');
      return socket;
    },
    call: (rpc, subject, timeoutMs) => callOnce(listening, formatCall(rpc, subject, '{}'), timeoutMs),
    graphql: (body, subject) => askGraphql(listening, body, subject),
    processorMs: () => Number(readFileSync(`/proc/${child.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    longestTurnOf: async (work) => {
      child.kill('SIGUSR2');
      await wait(200);
      await work();
      child.kill('SIGUSR2');
      await wait(500);
      return Number(readFileSync(turnFile, 'utf8'));
    },
    signal: (signal) => void child.kill(signal),
    ended: failed.catch(() => {}),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}

/** A request for a call, with a token of its subject. */
export function formatCall(rpc: string, subject: string, body: string): string {
  const token = signToken({ secret, claims: { sub: subject } });
  return (
    `POST /${rpc} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

async function askGraphql(port: number, body: string | Buffer, subject: string): Promise<GraphqlAnswer> {
  const startedAt = performance.now();
  const headers = {
    authorization: `Bearer ${signToken({ secret, claims: { sub: subject } })}`,
    'content-type': 'application/json',
    connection: 'close',
  };
  const request = httpRequest({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers });
  const chunks: Buffer[] = [];
  let status = 0;
  try {
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    status = response.statusCode!;
  } catch {
    // An answer that breaks off is none.
  }
  const answer = Buffer.concat(chunks);
  refuseMisfit(answer.toString('latin1', 0, 2_000));
  return { status, body: answer, seconds: (performance.now() - startedAt) / 1_000 };
}

/** An attack that the schema does not know any more attacks nothing; without this it would count as one that was withstood. */
export function refuseMisfit(answer: string): void {
  if (/"code":"GRAPHQL_VALIDATION_FAILED"(?!,"reason")/.test(answer))
    throw new Error(`the attack does not fit the schema: ${answer}`);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function callOnce(port: number, request: string, timeoutMs: number): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (status: number) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(status);
    };
    const timer = setTimeout(finish, timeoutMs, 0);
    socket.on('connect', () => socket.write(request));
    socket.once('data', (data: Buffer) => finish(Number(data.toString('latin1', 9, 12))));
    socket.on('error', () => finish(0)).on('close', () => finish(0));
  });
}
