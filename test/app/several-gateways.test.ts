import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, it } from 'vitest';

import { isRedisMissing, type RedisServer, startRedis } from '../coordination/redis-server.ts';
import { startGateway, type TestGateway } from './running-gateway.ts';

/**
 * Several gateways in front of one Cuebot whose servants mix overlapping calls up. Every answer and every stored value says
 * whose it is, so each mistake shows.
 */

interface Layer {
  readonly id: string;
  readonly parentId: string;
}

/** Calls take a moment, so that two of them meet. */
const cuebot = { servantDefect: true, servantMs: () => 2 };

/** However slow the machine is. */
const patient = { LANE_MAX_WAIT: '1h', GRPC_TIMEOUT: '1h' };

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('several gateways', () => {
  const running: TestGateway[] = [];
  let redis: RedisServer | undefined;
  afterEach(async () => {
    for (const gateway of running.splice(0).reverse()) await gateway.close();
    await redis?.stop();
    redis = undefined;
  });

  /** Starts gateways in front of the Cuebot of the first one. */
  async function start(count: number, settings: Readonly<Record<string, string>> = {}): Promise<TestGateway[]> {
    for (let index = 0; index < count; index += 1) {
      const [first] = running;
      const endpoint = first === undefined ? {} : { CUEBOT_ENDPOINT: first.cuebot.endpoint };
      running.push(await startGateway({ cuebot, settings: { ...patient, ...endpoint, ...settings } }));
    }
    return running;
  }

  const ready = async (gateways: readonly TestGateway[]) => {
    for (const { url } of gateways) await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  };

  it('let calls overlap when they do not share a store', async () => {
    expect((await hammer(await start(2), 300)).length).toBeGreaterThan(0);
  });

  it('never do when they share one', async () => {
    redis = await startRedis();
    const gateways = await start(3, { REDIS_URL: redis.url, LANE_ORPHAN_HOLD: '1ms' });
    await ready(gateways);
    expect(await hammer(gateways, 600)).toEqual([]);
  });

  it('refuse calls that need a lane while the store is away, and answer everything else', async () => {
    redis = await startRedis();
    const [gateway] = (await start(1, { REDIS_URL: redis.url, LANE_ORPHAN_HOLD: '1ms' })) as [TestGateway];
    await ready([gateway]);
    const inLane = () => gateway.rest('job.JobInterface/GetLayers', { job: { id: 'nobody' } });
    await expect.poll(async () => (await inLane()).status).not.toBe(503);
    await redis.stop();
    await expect.poll(async () => (await inLane()).status).toBe(503);
    const { headers, json } = await inLane();
    expect(headers['retry-after']).toBe('1');
    expect(json.message).toMatch(/^gateways agree on who sends calls of this kind, and the store .* cannot be reached/);
    expect((await gateway.rest('show.ShowInterface/GetShows')).status).toBe(200);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    await redis.start();
    await expect.poll(async () => (await inLane()).status).not.toBe(503);
  });

  it('are not ready when they differ from one that was there before, and say how', async () => {
    redis = await startRedis();
    const settings = { REDIS_URL: redis.url, LANE_ORPHAN_HOLD: '1ms' };
    const [first] = await start(1, settings);
    await ready([first!]);
    const [, second] = await start(1, { ...settings, LANES: 'false' });
    const answer = async () => (await fetch(`${second!.url}/readyz`)).json();
    await expect.poll(answer).toEqual({ status: 'unavailable', reason: 'another gateway differs in LANES' });
    expect(second!.log.find(({ level }) => level === 'error')?.fields['difference']).toMatch(
      /which was there first, has LANES=true; this one has LANES=false$/,
    );
    expect((await fetch(`${first!.url}/readyz`)).status).toBe(200);
  });

  it('hear of it when the files of one of them were read again', async () => {
    redis = await startRedis();
    const protos = ['first', 'second'].map((name) => join(mkdtempSync(join(tmpdir(), 'cuegate-protos-')), name));
    for (const folder of protos)
      cpSync(fileURLToPath(new URL('../../proto', import.meta.url)), folder, { recursive: true });
    const settings = { REDIS_URL: redis.url, LANE_ORPHAN_HOLD: '1ms' };
    const [first] = await start(1, { ...settings, PROTO_SOURCE: protos[0]! });
    await ready([first!]);
    const [, second] = await start(1, { ...settings, PROTO_SOURCE: protos[1]! });
    await ready([second!]);
    const answer = async () => (await fetch(`${second!.url}/readyz`)).json();
    const cut = (folder: string) => {
      const file = join(folder, 'job.proto');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^.*rpc GetLayers.*$/m, ''));
    };
    cut(protos[0]!);
    await first!.gateway.reload();
    const reason = 'another gateway differs in the lane of job.JobInterface/GetLayers';
    await expect.poll(answer, { timeout: 60_000 }).toEqual({ status: 'unavailable', reason });
    cut(protos[1]!);
    await second!.gateway.reload();
    await ready([second!]);
  });
});

const inFlight = 24;

/** Sends mixed calls to all gateways, many at a time, and tells every one that met the wrong object. */
async function hammer(gateways: readonly TestGateway[], calls: number): Promise<readonly string[]> {
  const [first] = gateways as [TestGateway];
  const layers = await layersOf(first);
  const wrong: string[] = [];
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      const index = next++;
      const layer = layers[(index * 7) % layers.length]!;
      const { rest } = gateways[Math.floor(index / 2) % gateways.length]!;
      if (index % 2 === 0) {
        const { json } = await rest('job.JobInterface/GetLayers', { job: { id: layer.parentId } });
        const strays = json.layers?.layers.filter(({ parentId }: Layer) => parentId !== layer.parentId);
        if (strays?.length !== 0) wrong.push(`read: ${JSON.stringify(json).slice(0, 100)}`);
      } else {
        const spec = `/written/${layer.id}/${index % 5}`;
        const { status } = await rest('job.LayerInterface/RegisterOutputPath', { layer: { id: layer.id }, spec });
        if (status !== 200) wrong.push(`write: refused with ${status}`);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  for (const layer of layers) {
    const paths = await first.rest('job.LayerInterface/GetOutputPaths', { layer: { id: layer.id } });
    for (const path of paths.json.outputPaths as readonly string[]) {
      if (path.startsWith('/written/') && !path.includes(layer.id)) wrong.push(`write: ${path} landed on ${layer.id}`);
    }
  }
  return wrong;
}

async function layersOf({ rest }: TestGateway): Promise<readonly Layer[]> {
  const { json } = await rest('job.JobInterface/GetJobs', { r: {} });
  const layers: Layer[] = [];
  for (const { id } of json.jobs.jobs as readonly { readonly id: string }[]) {
    const answer = await rest('job.JobInterface/GetLayers', { job: { id } });
    layers.push(...answer.json.layers.layers);
  }
  return layers;
}
