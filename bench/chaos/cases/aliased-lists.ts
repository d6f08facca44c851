import { createGrpcServer } from '../../../test/conformance/grpc-server.ts';
import { attackGateway } from '../attacked-gateway.ts';
import type { ChaosCase } from '../chaos-case.ts';
import { jobList } from '../job-list.ts';

const jobs = 20_000;
const aliases = 30;
const maxMegabytes = 64;

/** One long list, again and again in one answer. */
export const chaos: ChaosCase = {
  name: 'aliased-lists',
  attack: `An operation asks for a list of ${jobs} jobs under ${aliases} aliases, with GRAPHQL_MAX_RESPONSE_MB=${maxMegabytes}.`,
  run: async () => {
    const list = jobList(jobs);
    const upstream = await createGrpcServer(
      new Map([['/job.JobInterface/GetJobs', () => ({ header: {}, messages: [list] })]]),
    );
    const gateway = await attackGateway({
      CUEBOT_ENDPOINT: upstream.endpoint,
      GRAPHQL_MAX_RESPONSE_MB: String(maxMegabytes),
    });
    const field =
      'jobGetJobs { jobs { jobs { id name shot show user group facility logDir jobStats { totalFrames } } } }';
    const fields = Array.from({ length: aliases }, (_, index) => `a${index}: ${field}`);
    const body = JSON.stringify({ query: `{ ${fields.join(' ')} }` });
    let answer = await gateway.graphql(body, 'ann');
    const longest = await gateway.longestTurnOf(async () => {
      answer = await gateway.graphql(body, 'ann');
    });
    const resident = gateway.residentMiB();
    gateway.stop();
    upstream.close();
    return [
      {
        what: 'answers that were not refused',
        value: answer.body.includes('RESPONSE_TOO_LARGE') ? 0 : 1,
        unit: 'answers',
        limit: 0,
      },
      { what: 'bytes of the answer', value: answer.body.length / 1024, unit: 'KiB', limit: maxMegabytes * 1024 },
      { what: 'until it was refused', value: answer.seconds, unit: 's' },
      { what: 'longest turn, in CPU time', value: longest, unit: 'ms', limit: 50 },
      { what: 'resident set afterwards', value: resident, unit: 'MiB', limit: 512 },
    ];
  },
};
