import { createGrpcServer } from '../../../test/conformance/grpc-server.ts';
import { attackGateway } from '../attacked-gateway.ts';
import type { ChaosCase } from '../chaos-case.ts';
import { jobList } from '../job-list.ts';

const jobs = 20_000;
const aliases = 10;

/** Every field of an answer fails, and each wants an error of its own. */
export const chaos: ChaosCase = {
  name: 'failed-links',
  attack: `An operation asks ${aliases} times for the layers of each of ${jobs} jobs, and none of them can be had.`,
  run: async () => {
    const list = jobList(jobs);
    const upstream = await createGrpcServer(
      new Map([['/job.JobInterface/GetJobs', () => ({ header: {}, messages: [list] })]]),
    );
    const gateway = await attackGateway({ CUEBOT_ENDPOINT: upstream.endpoint });
    const fields = Array.from({ length: aliases }, (_, index) => `a${index}: layers { id }`);
    const body = JSON.stringify({ query: `{ jobGetJobs { jobs { jobs { ${fields.join(' ')} } } } }` });
    let answer = await gateway.graphql(body, 'ann');
    const longest = await gateway.longestTurnOf(async () => {
      answer = await gateway.graphql(body, 'ann');
    });
    const resident = gateway.residentMiB();
    gateway.stop();
    upstream.close();
    const { errors = [], extensions } = JSON.parse(answer.body.toString()) as Answer;
    return [
      { what: 'fields that failed', value: errors.length + (extensions?.omittedErrors ?? 0), unit: 'fields' },
      { what: 'errors in the answer', value: errors.length, unit: 'errors', limit: 100 },
      { what: 'bytes of the answer', value: answer.body.length / 1024, unit: 'KiB' },
      { what: 'until it came', value: answer.seconds, unit: 's' },
      { what: 'longest turn, in CPU time', value: longest, unit: 'ms', limit: 50 },
      { what: 'resident set afterwards', value: resident, unit: 'MiB', limit: 512 },
    ];
  },
};

interface Answer {
  readonly errors?: readonly unknown[];
  readonly extensions?: { readonly omittedErrors?: number };
}
