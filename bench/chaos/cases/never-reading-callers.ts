import { createGrpcServer } from '../../../test/conformance/grpc-server.ts';
import { attackGateway, formatCall } from '../attacked-gateway.ts';
import type { ChaosCase, ChaosFigure } from '../chaos-case.ts';
import { jobList } from '../job-list.ts';

const callers = 30;
/** Some 62 MB as JSON. */
const jobs = 50_000;
const rpc = 'job.JobInterface/GetJobs';
const other = 'show.ShowInterface/GetActiveShows';
/** How long the gateway is watched. */
const watchMs = 30_000;

/** Large answers that nobody reads. */
export const chaos: ChaosCase = {
  name: 'never-reading-callers',
  attack: `${callers} callers, each another user, ask for a list of ${jobs} jobs and never read the answer.`,
  run: async () => [
    ...(await attack({}, { residentLimit: 512 })),
    ...(await attack({ MAX_BUFFERED_MB: '100000' }, { label: 'with MAX_BUFFERED_MB=100000: ' })),
  ],
};

async function attack(
  settings: Readonly<Record<string, string>>,
  { label = '', residentLimit }: { readonly label?: string; readonly residentLimit?: number },
): Promise<readonly ChaosFigure[]> {
  const list = jobList(jobs);
  const upstream = await createGrpcServer(
    new Map([
      [`/${rpc}`, () => ({ header: {}, messages: [list] })],
      [`/${other}`, () => ({ header: {}, messages: [Buffer.alloc(0)] })],
    ]),
  );
  const gateway = await attackGateway({ CUEBOT_ENDPOINT: upstream.endpoint, ...settings });
  const idle = gateway.residentMiB();
  for (let index = 0; index < callers; index++) await gateway.send(formatCall(rpc, `caller-${index}`, '{}'));
  const begin = performance.now();
  let most = 0;
  let slowest = 0;
  let unanswered = 0;
  while (performance.now() - begin < watchMs) {
    const asked = performance.now();
    if ((await gateway.call(other, 'ann', 10_000)) !== 200) unanswered++;
    slowest = Math.max(slowest, performance.now() - asked);
    most = Math.max(most, gateway.residentMiB());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  gateway.stop();
  upstream.close();
  return [
    { what: `${label}resident set when idle`, value: idle, unit: 'MiB' },
    {
      what: `${label}largest resident set`,
      value: most,
      unit: 'MiB',
      ...(residentLimit !== undefined && { limit: residentLimit }),
    },
    { what: `${label}slowest answer to another caller`, value: slowest / 1_000, unit: 's' },
    { what: `${label}calls of another caller that were not answered 200`, value: unanswered, unit: 'calls' },
  ];
}
