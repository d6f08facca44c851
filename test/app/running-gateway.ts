import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeEach } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import { type Config, parseConfig, readConfig } from '../../src/config/config.ts';
import type { RawConfig } from '../../src/config/read-settings.ts';
import { createDemoCuebot, type DemoCuebot, type DemoCuebotOptions } from '../../src/demo/demo-cuebot.ts';
import { createGateway, type Gateway } from '../../src/app/gateway.ts';

import type { Json } from '../json.ts';

/** The secret of every gateway in tests. */
export const secret = 'a-secret-for-tests-with-enough-bytes-in-it';

/** A line of the log, as the gateway wrote it. */
export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A gateway in front of a demo Cuebot, and short ways to talk to it. */
export interface TestGateway {
  readonly gateway: Gateway;
  readonly cuebot: DemoCuebot;
  readonly url: string;
  readonly token: string;
  readonly log: readonly LogLine[];
  /** POSTs JSON to a REST route, e.g. `show.ShowInterface/FindShow`. */
  readonly rest: (rpc: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<HttpAnswer>;
  /** Runs a GraphQL operation. */
  readonly graphql: (
    query: string,
    variables?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<HttpAnswer>;
  readonly close: () => Promise<void>;
}

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body read as JSON; fails when it is not. */
  readonly json: Json;
}

/** What to start; settings by their names, as in the environment. */
export interface TestGatewayOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly cuebot?: DemoCuebotOptions;
  readonly subject?: string;
  /** The clock by which tokens are judged; the system's when not given. */
  readonly now?: () => number;
}

/** Starts a demo Cuebot and a gateway in front of it, both on free ports of 127.0.0.1. */
export async function startGateway({
  settings = {},
  cuebot: farm = {},
  subject = 'ann',
  now,
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const cuebot = await createDemoCuebot(farm);
  const log: LogLine[] = [];
  const all = { CUEBOT_ENDPOINT: cuebot.endpoint, ...settings };
  const readSettings = () => readConfig(rawTestConfig(all));
  const gateway = await createGateway(testConfig(all), logTo(log), { readSettings, ...(now !== undefined && { now }) });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const token = signToken({ secret, claims: { sub: subject, exp: Math.floor(Date.now() / 1000) + 3_600 } });
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    send(
      agent,
      `${gateway.url}${path}`,
      'POST',
      { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body,
    );
  return {
    gateway,
    cuebot,
    url: gateway.url,
    token,
    log,
    rest: (rpc, body = {}, headers = {}) =>
      post(`/${rpc}`, typeof body === 'string' ? body : JSON.stringify(body), headers),
    graphql: (query, variables, headers = {}) => post('/graphql', JSON.stringify({ query, variables }), headers),
    close: async () => {
      agent.destroy();
      await gateway.close();
      await cuebot.close();
    },
  };
}

/**
 * One gateway for the tests of a file or of a `describe`. Each test begins with the counters of its Cuebot at zero. A test that
 * fails takes its gateway with it: what it left under way must not be counted in the next one.
 */
export function shareGateway(options: TestGatewayOptions = {}): () => TestGateway {
  let running: TestGateway | undefined;
  const close = async () => {
    const closing = running;
    running = undefined;
    await closing?.close();
  };
  beforeEach(async () => {
    running ??= await startGateway(options);
    running.cuebot.resetCalls();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await close();
  });
  afterAll(close);
  return () => running!;
}
/** `GRAPHQL_EXECUTOR=reference npx vitest run` tests everything by graphql-js, `UPSTREAM_TRANSPORT=http2` by node:http2. */
const chosen = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name === 'GRAPHQL_EXECUTOR' || name === 'UPSTREAM_TRANSPORT'),
) as Readonly<Record<string, string>>;

/** Settings for a gateway on a free loopback port. */
export function testConfig(settings: Readonly<Record<string, string>>): Config {
  return parseConfig(rawTestConfig(settings));
}

function rawTestConfig(settings: Readonly<Record<string, string>>): RawConfig {
  return {
    environment: { HOST: '127.0.0.1', REST_PORT: '0', JWT_SECRET: secret, ...chosen, ...settings },
    flags: {},
  };
}

/** Sends one request and reads the whole answer. */
export async function send(
  agent: Agent | undefined,
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<HttpAnswer> {
  const request = httpRequest(url, { method, headers: { ...headers }, ...(agent !== undefined && { agent }) });
  request.end(body);
  const [response] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

export function logTo(lines: LogLine[]): Logger {
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push({ level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
