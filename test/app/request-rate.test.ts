import { status } from '@grpc/grpc-js';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';

import { readValue } from '../telemetry/prometheus-text.ts';
import { connectGrpc, type GrpcClient } from './grpc-client.ts';
import { type HttpAnswer, secret, startGateway, type TestGateway } from './running-gateway.ts';

/** A gateway that takes five requests in five seconds of each caller, by whichever surface. */
let running: TestGateway;
let grpc: GrpcClient;
beforeAll(async () => {
  running = await startGateway({
    settings: { RATE_LIMIT_RPS: '1', SERVICE_SUBJECTS: 'user-id', GRPC_PORT: '0', METRICS_PORT: '0' },
  });
  grpc = connectGrpc(running.gateway.grpcPort!);
});
afterAll(async () => {
  grpc.close();
  await running.close();
});

const bearer = (sub: string) => ({
  authorization: `Bearer ${signToken({ secret, claims: { sub, exp: Math.floor(Date.now() / 1000) + 3_600 } })}`,
});
const findShow = 'show.ShowInterface/FindShow';
const show = { name: 'testing' };
const query = '{ viewer { subject } }';

/** Sends so many at once that some are over the limit, however long each takes; returns the first of those. */
async function refusalOf<Answer>(ask: () => Promise<Answer>, isRefused: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    const refused = answers.find(isRefused);
    if (refused !== undefined) return refused;
  }
}
const is429 = (answer: HttpAnswer) => answer.status === 429;

const rateFields = {
  'retry-after': expect.stringMatching(/^[1-5]$/),
  'x-ratelimit-limit': '5',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': expect.stringMatching(/^[1-5]$/),
};
const message = expect.stringMatching(/^more than 5 requests in 5 s \(RATE_LIMIT_RPS\); try again in [1-5] s$/);

describe('RATE_LIMIT_RPS', () => {
  it('is told by REST', async () => {
    const { headers, json } = await refusalOf(() => running.rest(findShow, show, bearer('ann')), is429);
    expect(json).toEqual({ code: 8, message, details: [] });
    expect(headers).toMatchObject(rateFields);
  });

  it('is told by GraphQL', async () => {
    const { headers, json } = await refusalOf(() => running.graphql(query, {}, bearer('bob')), is429);
    expect(json).toMatchObject({
      errors: [{ message, extensions: { code: 'RESOURCE_EXHAUSTED', retryAfterSeconds: expect.any(Number) } }],
    });
    expect(headers).toMatchObject(rateFields);
  });

  it('is told by Connect', async () => {
    const headers = { ...bearer('carl'), 'connect-protocol-version': '1' };
    const answer = await refusalOf(() => running.rest(findShow, show, headers), is429);
    expect(answer.json).toMatchObject({ code: 'resource_exhausted', message });
    expect(answer.headers).toMatchObject(rateFields);
  });

  it('is told by gRPC', async () => {
    const call = () => grpc.call(findShow, show, bearer('dora'));
    const { error } = await refusalOf(call, (answer) => answer.error !== undefined);
    expect(error).toMatchObject({ code: status.RESOURCE_EXHAUSTED, details: message });
  });

  it('is told by WebSockets, for each operation', async () => {
    const socket = createClient({
      url: `${running.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: bearer('eve'),
      retryAttempts: 0,
      lazyCloseTimeout: 60_000,
    });
    const ask = () =>
      new Promise<unknown>((resolve) => {
        const stop = socket.subscribe(
          { query },
          { next: () => stop(), error: resolve, complete: () => resolve(undefined) },
        );
      });
    const refused = await refusalOf(ask, (error) => error !== undefined);
    expect(refused).toMatchObject([
      { message, extensions: { code: 'RESOURCE_EXHAUSTED', retryAfterSeconds: expect.any(Number) } },
    ]);
    await socket.dispose();
  });

  it('counts the surfaces together, and is counted', async () => {
    const ways = [() => running.rest(findShow, show, bearer('finn')), () => running.graphql(query, {}, bearer('finn'))];
    // Each alone is within the limit at any time: four of each at once.
    const both = () => Promise.all([0, 1, 0, 1, 0, 1, 0, 1].map((way) => ways[way]!()));
    let refused: HttpAnswer | undefined;
    while (refused === undefined) refused = (await both()).find(is429);
    const { headers } = refused;
    expect(headers).toMatchObject(rateFields);
    const metrics = await (await fetch(`${running.gateway.metricsUrl}/metrics`)).text();
    expect(readValue(metrics, 'cuegate_rate_limited_requests_total')).toBeGreaterThan(0);
  });

  it('does not hold for SERVICE_SUBJECTS, nor for what needs no caller', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => running.rest(findShow, show, bearer('user-id'))),
    );
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    const probes = await Promise.all(Array.from({ length: 30 }, () => fetch(`${running.url}/healthz`)));
    expect(probes.every((probe) => probe.status === 200)).toBe(true);
  });

  it('shows bad tokens as such', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => running.rest(findShow, show, { authorization: 'Bearer nonsense' })),
    );
    expect(answers.every((answer) => answer.status === 401)).toBe(true);
  });
});
