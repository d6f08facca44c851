import { request as httpRequest, Agent } from 'node:http';
import { text } from 'node:stream/consumers';

import { status } from '@grpc/grpc-js';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createDemoCuebot, type DemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { connectGrpc, type GrpcAnswer, type GrpcClient } from '../../test/app/grpc-client.ts';
import { type RedisOptions, type RedisServer, startRedis } from '../../test/coordination/redis-server.ts';
import { strayWritesOf } from '../../test/stray-writes.ts';

import { type AttackedGateway, attackGateway, refuseMisfit, secret } from './attacked-gateway.ts';

/** A layer of the farm, and its job. */
export interface FleetLayer {
  readonly id: string;
  readonly parentId: string;
}

/** Several gateways in processes of their own, before one Cuebot that mixes overlapping calls up. */
export interface GatewayFleet {
  readonly redis: RedisServer;
  readonly gateways: AttackedGateway[];
  /** Starts one more, and resolves when it is ready. */
  add(): Promise<AttackedGateway>;
  /** Sends lane calls of all kinds by all gateways until `isOver` says so, and tells what came of them. */
  hammer(isOver: (calls: number) => boolean): Promise<FleetTally>;
  /** Sends a write by one gateway that takes so long, in milliseconds. Resolves when Cuebot has begun with it. */
  beginSlowWrite(gateway: AttackedGateway, ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** What came of many calls. */
export interface FleetTally {
  /** Answered, and by what they asked for. */
  right: number;
  /** Reads that were answered by another object, and writes that landed on another one. */
  wrong: number;
  /** Turned away, unsent. */
  refused: number;
  /** Without an answer: their gateway died, or its client gave up. */
  lost: number;
  /** The longest time in which no lane call was answered, in milliseconds. */
  longestPauseMs: number;
  seconds: number;
}

const inFlight = 24;

/** How long a call can be disturbed, in milliseconds. */
const usualMs = 1;

/** Starts a Cuebot, a store and so many gateways. */
export async function startFleet(
  count: number,
  { redis: options = {}, settings = {} }: { redis?: RedisOptions; settings?: Readonly<Record<string, string>> } = {},
): Promise<GatewayFleet> {
  let slow: { readonly id: string; readonly ms: number; readonly onBegin: () => void } | undefined;
  let slowWrites = 0;
  const servantMs = ({ id }: { readonly id: string }) => {
    if (slow?.id !== id) return usualMs;
    const { ms, onBegin } = slow;
    slow = undefined;
    onBegin();
    return ms;
  };
  const cuebot = await createDemoCuebot({ servantDefect: true, servantMs });
  const redis = await startRedis(options);
  const gateways: AttackedGateway[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const bearer = `Bearer ${signToken({ secret, claims: { sub: 'ann' } })}`;
  const post = (gateway: AttackedGateway, path: string, body: unknown) => send(agent, bearer, gateway.port, path, body);
  const clients = new Map<AttackedGateway, GrpcClient>();
  const grpc: CallGrpc = async (gateway, rpc, request) => {
    const client = clients.get(gateway) ?? connectGrpc(gateway.grpcPort!);
    clients.set(gateway, client);
    return client.call(rpc, request, { authorization: bearer });
  };
  // Nobody else calls for the first one, so that its calls are slow for nobody else.
  const [quiet, ...layers] = [...cuebot.farm.jobs.values()].flatMap((job) =>
    job.layers.map(({ id }): FleetLayer => ({ id, parentId: job.id })),
  );
  const add = async () => {
    const gateway = await attackGateway({
      CUEBOT_ENDPOINT: cuebot.endpoint,
      REDIS_URL: redis.url,
      GRPC_PORT: '0',
      LOG_LEVEL: 'info',
      ...settings,
    });
    while ((await fetch(`http://127.0.0.1:${gateway.port}/readyz`)).status !== 200) await wait(50);
    gateways.push(gateway);
    return gateway;
  };
  for (let index = 0; index < count; index += 1) await add();
  return {
    redis,
    gateways,
    add,
    beginSlowWrite: async (gateway, ms) => {
      const { id } = quiet!;
      const isBegun = new Promise<void>((resolve) => {
        slow = { id, ms, onBegin: resolve };
      });
      const body = { layer: { id }, spec: `/written/${id}/${slowWrites++}` };
      // One that is turned away, since another gateway has just died, never gets there.
      const write = async () => {
        while (slow !== undefined) {
          const { status } = await post(gateway, '/job.LayerInterface/RegisterOutputPath', body);
          if (status !== 503) return;
          await wait(50);
        }
      };
      void write();
      await isBegun;
    },
    hammer: (isOver) => hammer({ cuebot, layers, gateways, ways: { post, grpc }, isOver }),
    stop: async () => {
      agent.destroy();
      for (const client of clients.values()) client.close();
      for (const gateway of gateways) gateway.stop();
      await redis.stop();
      await cuebot.close();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

type Post = (gateway: AttackedGateway, path: string, body: unknown) => Promise<Answer>;
type CallGrpc = (gateway: AttackedGateway, rpc: string, request: object) => Promise<GrpcAnswer>;

/** The ways to a gateway. */
interface Ways {
  readonly post: Post;
  readonly grpc: CallGrpc;
}

interface HammerOptions {
  readonly layers: readonly FleetLayer[];
  readonly gateways: readonly AttackedGateway[];
  readonly cuebot: DemoCuebot;
  readonly ways: Ways;
  readonly isOver: (calls: number) => boolean;
}

async function hammer({ cuebot, layers, gateways, ways, isOver }: HammerOptions): Promise<FleetTally> {
  const tally: FleetTally = { right: 0, wrong: 0, refused: 0, lost: 0, longestPauseMs: 0, seconds: 0 };
  const startedAt = performance.now();
  let answeredAt = startedAt;
  let next = 0;
  const worker = async () => {
    while (!isOver(tally.right + tally.wrong)) {
      const index = next++;
      const layer = layers[(index * 7) % layers.length]!;
      const gateway = gateways[Math.floor(index / kinds.length) % gateways.length];
      if (gateway === undefined) {
        await wait(50);
        continue;
      }
      const outcome = await kinds[index % kinds.length]!(ways, gateway, layer, index);
      tally[outcome] += 1;
      if (outcome === 'refused' || outcome === 'lost') await wait(20);
      else {
        const now = performance.now();
        tally.longestPauseMs = Math.max(tally.longestPauseMs, now - answeredAt);
        answeredAt = now;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  tally.seconds = (performance.now() - startedAt) / 1_000;
  tally.wrong += strayWritesOf(cuebot.farm);
  return tally;
}

type Outcome = 'right' | 'wrong' | 'refused' | 'lost';
type Kind = (ways: Ways, gateway: AttackedGateway, layer: FleetLayer, index: number) => Promise<Outcome>;

/** Reads that show whose they are, and writes that carry their owner's name, by REST, GraphQL and gRPC, in both lanes. */
const kinds: readonly Kind[] = [
  async ({ post }, gateway, { parentId }) => {
    const answer = await post(gateway, '/job.JobInterface/GetLayers', { job: { id: parentId } });
    return judge(answer, ({ layers }) => layers.layers.every((layer: FleetLayer) => layer.parentId === parentId));
  },
  async ({ post }, gateway, { id }, index) => {
    const body = { layer: { id }, spec: `/written/${id}/${index % 5}` };
    return judge(await post(gateway, '/job.LayerInterface/RegisterOutputPath', body), () => true);
  },
  async ({ post }, gateway, { parentId }) => {
    const query = 'query ($job: JobKeyInput!) { jobGetLayers(job: $job) { layers { layers { parentId } } } }';
    const answer = await post(gateway, '/graphql', { query, variables: { job: { id: parentId } } });
    return judge(answer, ({ data }) =>
      data.jobGetLayers.layers.layers.every((layer: FleetLayer) => layer.parentId === parentId),
    );
  },
  async ({ post }, gateway, { parentId }) => {
    const query =
      'mutation ($job: JobKeyInput!, $comment: CommentInput) { jobAddComment(job: $job, newComment: $comment) { ok } }';
    const comment = { user: 'ann', subject: 'whose', message: parentId };
    return judge(await post(gateway, '/graphql', { query, variables: { job: { id: parentId }, comment } }), () => true);
  },
  async ({ grpc }, gateway, { parentId }) => {
    const answer = await grpc(gateway, 'job.JobInterface/GetLayers', { job: { id: parentId } });
    return judgeGrpc(answer, ({ layers }) => layers.layers.every((layer: FleetLayer) => layer.parentId === parentId));
  },
  async ({ grpc }, gateway, { id }, index) => {
    const request = { layer: { id }, spec: `/written/${id}/${index % 5}` };
    return judgeGrpc(await grpc(gateway, 'job.LayerInterface/RegisterOutputPath', request), () => true);
  },
];

/** What a client of gRPC says where a connection ended under a call, or there was none. */
const connectionLost = /connection|ECONN|socket|Stream|GOAWAY|RST_STREAM/i;

// biome-ignore lint/suspicious/noExplicitAny: answers of any form
function judgeGrpc({ error, reply }: GrpcAnswer, isRight: (reply: any) => boolean): Outcome {
  if (error === undefined) return isRight(reply) ? 'right' : 'wrong';
  const { code, details } = error;
  if (code === status.UNAVAILABLE && !connectionLost.test(details)) return 'refused';
  const isLost = [status.UNAVAILABLE, status.UNKNOWN, status.CANCELLED, status.DEADLINE_EXCEEDED].includes(code);
  return isLost ? 'lost' : 'wrong';
}

// biome-ignore lint/suspicious/noExplicitAny: answers of any form
function judge({ status, body }: Answer, isRight: (json: any) => boolean): Outcome {
  refuseMisfit(body.slice(0, 2_000));
  if (status === 0 || status === 504) return 'lost';
  if (status === 503 || /"code":"UNAVAILABLE"/.test(body)) return 'refused';
  if (/"errors":/.test(body)) return /DEADLINE|CANCELLED/.test(body) ? 'lost' : 'wrong';
  return status === 200 && isRight(JSON.parse(body)) ? 'right' : 'wrong';
}

function send(agent: Agent, authorization: string, port: number, path: string, body: unknown): Promise<Answer> {
  return new Promise((resolve) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const request = httpRequest({ agent, host: '127.0.0.1', port, path, method: 'POST', headers, timeout: 40_000 });
    const fail = () => resolve({ status: 0, body: '' });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', fail);
    request.on('response', (response) => {
      text(response).then((whole) => resolve({ status: response.statusCode!, body: whole }), fail);
    });
    request.end(JSON.stringify(body));
  });
}

/** Lets some time pass, in milliseconds. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
