import { afterEach, describe, expect, it } from 'vitest';

import { connectGrpc, type GrpcClient } from './grpc-client.ts';
import { startGateway, type TestGateway } from './running-gateway.ts';

/**
 * The defect that shapes the pipeline, end to end: a Cuebot whose servants mix overlapping calls up, many callers on all
 * surfaces, reads and writes mixed. Every answer and every stored value says whose it is, so each mistake shows.
 */

interface Layer {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
}

let running: TestGateway | undefined;
let grpc: GrpcClient | undefined;
afterEach(async () => {
  grpc?.close();
  await running?.close();
  running = undefined;
});

const inFlight = 32;

/** However slow the machine is. */
const patient = { LANE_MAX_WAIT: '1h', GRPC_TIMEOUT: '1h', GRPC_PORT: '0' };

describe('a Cuebot that mixes calls up', () => {
  it('answers and writes wrongly when lanes are off', async () => {
    running = await startGateway({ cuebot: { servantDefect: true }, settings: { LANES: 'false', GRPC_PORT: '0' } });
    const wrong = await hammer(running, 2_000);
    expect(wrong.length).toBeGreaterThan(20);
    expect(wrong.some((line) => line.startsWith('read'))).toBe(true);
    expect(wrong.some((line) => line.startsWith('write'))).toBe(true);
  });

  it('never does in 20,000 calls with lanes on', async () => {
    running = await startGateway({ cuebot: { servantDefect: true }, settings: patient });
    expect(await hammer(running, 20_000)).toEqual([]);
  });
});

describe('callers who are willing to wait for a moment only', () => {
  it('make no call of others act on their objects, nor theirs on others’', async () => {
    let count = 0;
    const slow = { servantDefect: true, latencyMs: () => 3 + (count++ % 7) };
    running = await startGateway({ cuebot: slow, settings: patient });
    const { rest } = running;
    const [{ parentId: mine }, ...others] = (await layersOf(running)) as [Layer, ...Layer[]];
    const jobs = [...new Set(others.map(({ parentId }) => parentId))].filter((id) => id !== mine);
    const statuses = new Set<number>();
    const hurry = async (milliseconds: number) => {
      const body = { job: { id: mine }, new_comment: { subject: 'whose', message: mine } };
      const { status } = await rest('job.JobInterface/AddComment', body, { 'grpc-timeout': `${milliseconds}m` });
      statuses.add(status);
    };
    const read = async (id: string) => {
      const { json } = await rest('job.JobInterface/GetLayers', { job: { id } });
      return json.layers.layers.every(({ parentId }: Layer) => parentId === id);
    };
    const readings: boolean[] = [];
    for (let round = 0; round < 40; round += 1) {
      const reads = jobs.slice(0, 6).map((id) => read(id));
      await Promise.all([...[1, 2, 3, 4, 5].map(hurry), ...reads]);
      readings.push(...(await Promise.all(reads)));
    }
    // Some were given up before Cuebot had answered.
    expect(statuses).toContain(504);
    expect(readings).not.toContain(false);
    const strays: unknown[] = [];
    for (const id of jobs) {
      const { json } = await rest('job.JobInterface/GetComments', { job: { id } });
      strays.push(...json.comments.comments.filter(({ subject }: { subject: string }) => subject === 'whose'));
    }
    expect(strays).toEqual([]);
  });
});

/** Sends mixed calls, many at a time, and tells every one that met the wrong object. */
async function hammer(gateway: TestGateway, calls: number): Promise<readonly string[]> {
  grpc = connectGrpc(gateway.gateway.grpcPort!);
  const layers = await layersOf(gateway);
  const wrong: string[] = [];
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      const index = next++;
      const layer = layers[(index * 7) % layers.length]!;
      const kind = kinds[index % kinds.length]!;
      const mistake = await kind(gateway, layer, index);
      if (mistake !== undefined) wrong.push(mistake);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  for (const layer of layers) wrong.push(...(await strayWritesOf(gateway, layer)));
  return wrong;
}

type Kind = (gateway: TestGateway, layer: Layer, index: number) => Promise<string | undefined>;

/** Reads that show whose they are, and writes that carry their owner's name, by every surface. */
const kinds: readonly Kind[] = [
  async ({ rest }, layer) => {
    const { json } = await rest('job.JobInterface/GetLayers', { job: { id: layer.parentId } });
    const strays = json.layers.layers.filter(({ parentId }: Layer) => parentId !== layer.parentId);
    return strays.length === 0 ? undefined : `read: layers of another job than ${layer.parentId}`;
  },
  async ({ rest }, layer, index) => {
    const { status } = await rest('job.LayerInterface/RegisterOutputPath', {
      layer: { id: layer.id },
      spec: `/written/${layer.id}/${index % 5}`,
    });
    return status === 200 ? undefined : `write: refused with ${status}`;
  },
  async ({ graphql }, layer) => {
    const query =
      'query ($layer: LayerKeyInput!) { layerGetFrames(layer: $layer, s: { limit: 5 }) { frames { frames { layerName } } } }';
    const { json } = await graphql(query, { layer: { id: layer.id } });
    const strays = json.data.layerGetFrames.frames.frames.filter(
      ({ layerName }: { layerName: string }) => layerName !== layer.name,
    );
    return strays.length === 0 ? undefined : `read: frames of another layer than ${layer.name}`;
  },
  async ({ graphql }, layer) => {
    const query =
      'mutation ($job: JobKeyInput!, $comment: CommentInput) { jobAddComment(job: $job, newComment: $comment) { ok } }';
    const { json } = await graphql(query, {
      job: { id: layer.parentId },
      comment: { user: 'ann', subject: 'whose', message: layer.parentId },
    });
    return json.errors === undefined ? undefined : `write: ${JSON.stringify(json.errors)}`;
  },
  async ({ token }, layer) => {
    const { reply } = await grpc!.call('job.JobInterface/GetLayers', { job: { id: layer.parentId } }, bearer(token));
    const strays = reply.layers.layers.filter(({ parentId }: Layer) => parentId !== layer.parentId);
    return strays.length === 0 ? undefined : `read: layers of another job than ${layer.parentId}, by gRPC`;
  },
  async ({ token }, layer, index) => {
    const request = { layer: { id: layer.id }, spec: `/written/${layer.id}/${index % 5}` };
    const { error } = await grpc!.call('job.LayerInterface/RegisterOutputPath', request, bearer(token));
    return error === undefined ? undefined : `write: ${error.message}`;
  },
];

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function layersOf({ rest }: TestGateway): Promise<readonly Layer[]> {
  const { json } = await rest('job.JobInterface/GetJobs', { r: {} });
  const ids: readonly string[] = json.jobs.jobs.map(({ id }: { id: string }) => id);
  const layers: Layer[] = [];
  for (const id of ids) {
    const answer = await rest('job.JobInterface/GetLayers', { job: { id } });
    layers.push(...answer.json.layers.layers);
  }
  return layers;
}

/** What was written to a layer, and to its job, that carries another one's name. */
async function strayWritesOf({ rest }: TestGateway, layer: Layer): Promise<readonly string[]> {
  const paths = await rest('job.LayerInterface/GetOutputPaths', { layer: { id: layer.id } });
  const comments = await rest('job.JobInterface/GetComments', { job: { id: layer.parentId } });
  const strayPaths = paths.json.outputPaths.filter(
    (path: string) => path.startsWith('/written/') && !path.includes(layer.id),
  );
  const strayComments = comments.json.comments.comments.filter(
    ({ subject, message }: { subject: string; message: string }) => subject === 'whose' && message !== layer.parentId,
  );
  return [...strayPaths, ...strayComments].map((stray) => `write: landed on ${layer.id}: ${JSON.stringify(stray)}`);
}
