import { createGrpcServer } from '../../../test/conformance/grpc-server.ts';
import { attackGateway, type GraphqlAnswer } from '../attacked-gateway.ts';
import type { ChaosCase } from '../chaos-case.ts';
import { jobList } from '../job-list.ts';

const jobs = 100;
const perSecond = 16;
const seconds = 10;
const timeoutSeconds = 2;

/** Cuebot accepts calls and answers only some of them; pages go on asking. */
export const chaos: ChaosCase = {
  name: 'hung-cuebot',
  attack: `${perSecond} nested operations a second for ${seconds} s, whose layers never come; GRAPHQL_TIMEOUT is ${timeoutSeconds} s.`,
  run: async () => {
    const list = jobList(jobs);
    const never = new Promise<never>(() => {});
    const hung = ['job.JobInterface/GetLayers', 'layer.LayerInterface/GetFrames'];
    const upstream = await createGrpcServer(
      new Map<string, () => never | Promise<never>>([
        ['/job.JobInterface/GetJobs', () => ({ header: {}, messages: [list] }) as never],
        ...hung.map((rpc) => [`/${rpc}`, () => never] as const),
      ]),
    );
    const gateway = await attackGateway({ CUEBOT_ENDPOINT: upstream.endpoint, GRAPHQL_TIMEOUT: `${timeoutSeconds}s` });
    const query = '{ jobGetJobs { jobs { jobs { id layers { id frames { frames { id } } } } } } }';
    const body = JSON.stringify({ query: query.replace('{ frames { id } }', '{ id }') });
    const asked: Promise<GraphqlAnswer>[] = [];
    let most = 0;
    for (let index = 0; index < perSecond * seconds; index++) {
      asked.push(gateway.graphql(body, `user-${index % 4}`));
      await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
      most = Math.max(most, gateway.residentMiB());
    }
    const answers = await Promise.all(asked);
    most = Math.max(most, gateway.residentMiB());
    gateway.stop();
    upstream.close();
    return [
      // A busy machine needs its time for so many errors; without a deadline the answers pile up.
      {
        what: 'slowest answer',
        value: Math.max(...answers.map((one) => one.seconds)),
        unit: 's',
        limit: 5 * timeoutSeconds,
      },
      {
        what: 'operations that ended at their deadline',
        value: answers.filter(({ status }) => status === 200).length,
        unit: 'operations',
      },
      {
        what: 'operations that were turned away early, by 503',
        value: answers.filter(({ status }) => status === 503).length,
        unit: 'operations',
      },
      {
        what: 'operations without an answer',
        value: answers.filter(({ status }) => status === 0).length,
        unit: 'operations',
        limit: 0,
      },
      { what: 'largest resident set', value: most, unit: 'MiB', limit: 512 },
    ];
  },
};
