import { fileURLToPath } from 'node:url';

import { compileValueToWire } from '../../../src/codec/value/value-to-wire.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { signToken } from '../../../src/authentication/hmac/sign-token.ts';
import { createGrpcServer } from '../../../test/conformance/grpc-server.ts';
import { attackGateway, secret } from '../attacked-gateway.ts';
import type { ChaosCase, ChaosFigure } from '../chaos-case.ts';
import { jobList } from '../job-list.ts';

const jobs = 100_000;
const frames = 100_000;

/** Answers as long as Cuebot gives, and what takes long about each. */
export const chaos: ChaosCase = {
  name: 'large-replies',
  attack: `Somebody asks for ${jobs} jobs and for ${frames} frames at once, by each way in.`,
  run: async () => {
    const [jobReply, frameReply] = [jobList(jobs), frameList(frames)];
    const upstream = await createGrpcServer(
      new Map([
        ['/job.JobInterface/GetJobs', () => ({ header: {}, messages: [jobReply] })],
        ['/job.JobInterface/GetFrames', () => ({ header: {}, messages: [frameReply] })],
      ]),
    );
    const gateway = await attackGateway({
      CUEBOT_ENDPOINT: upstream.endpoint,
      MAX_BUFFERED_MB: '2000',
      GRAPHQL_MAX_RESPONSE_MB: '200',
    });
    const graphql = (query: string) => async () =>
      (await gateway.graphql(JSON.stringify({ query }), 'ann')).body.length;
    const rest = (rpc: string) => async () => {
      const authorization = `Bearer ${signToken({ secret, claims: { sub: 'ann' } })}`;
      const url = `http://127.0.0.1:${gateway.port}/${rpc}`;
      const answer = await fetch(url, { method: 'POST', headers: { authorization }, body: '{}' });
      return (await answer.arrayBuffer()).byteLength;
    };
    const cases: Readonly<Record<string, () => Promise<number>>> = {
      'jobs by REST': rest('job.JobInterface/GetJobs'),
      'frames by REST': rest('job.JobInterface/GetFrames'),
      'jobs by GraphQL': graphql('{ jobGetJobs { jobs { jobs { id name jobStats { totalFrames } } } } }'),
      'frames by GraphQL': graphql(
        `{ jobGetFrames(job: { id: "any" }, req: { limit: ${frames} }) { frames { frames { id name layerName number state startTime } } } }`,
      ),
    };
    const figures: ChaosFigure[] = [];
    for (const [what, ask] of Object.entries(cases)) {
      // Once before, so that it is the work that is measured and not its compilation.
      const bytes = await ask();
      figures.push({ what: `length of the answer: ${what}`, value: bytes / 1024 / 1024, unit: 'MiB' });
      figures.push({ what: `longest turn: ${what}`, value: await gateway.longestTurnOf(ask), unit: 'ms', limit: 50 });
    }
    gateway.stop();
    upstream.close();
    return figures;
  },
};

/** An answer to `GetFrames` with so many frames, as bytes. */
function frameList(count: number): Buffer {
  const registry = loadProtoFiles([fileURLToPath(new URL('../../../proto', import.meta.url))]);
  const { output } = registry.methods.get('job.JobInterface/GetFrames')!;
  const frame = (index: number) => ({
    id: `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`,
    name: `${String(index).padStart(6, '0')}-beauty`,
    layerName: 'beauty',
    number: index,
    state: 3,
    startTime: 1_790_000_000 + index,
    maxRss: String(7_000_000 + index),
    lastResource: `render-host-${index % 500}/4.0/0`,
  });
  const encode = compileValueToWire(output, registry);
  return Buffer.from(encode({ frames: { frames: Array.from({ length: count }, (_, index) => frame(index)) } }));
}
