import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { signToken } from '../../../src/authentication/hmac/sign-token.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { openStream } from '../../../test/event-stream.ts';
import { connectGrpc } from '../../../test/app/grpc-client.ts';
import { type AttackedGateway, attackGateway, secret } from '../attacked-gateway.ts';
import type { ChaosCase } from '../chaos-case.ts';

const reloads = 1_000;
const callers = 8;
const rpc = 'show.ShowInterface/FindShow';

/** Nobody attacks here: an operator writes a new policy again and again, while people work. */
export const chaos: ChaosCase = {
  name: 'reloads',
  attack: `A policy is written and read again ${reloads} times, half of them with a mistake, while ${callers} callers ask by REST, as many by GraphQL and as many by gRPC, and a live query is open.`,
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-reloads-'));
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, 'levels: {}\n');
    const cuebot = await createDemoCuebot();
    const gateway = await attackGateway({
      CUEBOT_ENDPOINT: cuebot.endpoint,
      POLICY_FILE: policy,
      GRPC_PORT: '0',
      METRICS_PORT: '0',
      LIVE_MIN_INTERVAL: '100ms',
      LIVE_INTERVAL: '100ms',
    });
    const url = `http://127.0.0.1:${gateway.port}`;
    const token = signToken({ secret, claims: { sub: 'ann' } });
    const query = 'subscription { showGetShows { shows { shows { name defaultMinCores } } } }';
    const stream = await openStream(`${url}/graphql`, token, { query });
    const grpc = connectGrpc(gateway.grpcPort!);
    let [isOver, asked, lost] = [false, 0, 0];
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const post = async (path: string, body: object) =>
      (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).text();
    const questions: readonly (() => Promise<string>)[] = [
      () => post(`/${rpc}`, { name: 'testing' }),
      () => post('/graphql', { query: '{ show(name: "testing") { name } }' }),
      async () => JSON.stringify((await grpc.call(rpc, { name: 'testing' }, headers)).reply),
    ];
    const ask = async (question: () => Promise<string>) => {
      while (!isOver) {
        const answer = await question().catch(() => '');
        asked += 1;
        if (!answer.includes('"name":"testing"')) lost += 1;
      }
    };
    const asking = Array.from({ length: callers }, () => questions.map(ask)).flat();
    await stream.next(1);
    await reload(gateway, policy, 0, 50);
    const before = gateway.residentMiB();
    const startedAt = gateway.processorMs();
    await reload(gateway, policy, 50, reloads / 2);
    const between = gateway.residentMiB();
    await reload(gateway, policy, reloads / 2, reloads);
    const each = (gateway.processorMs() - startedAt) / (reloads - 50);
    const after = gateway.residentMiB();
    isOver = true;
    await Promise.all(asking);
    // What changes now is told to the live query of before the first reload.
    const events = stream.events.length;
    const [show] = JSON.parse(await post('/show.ShowInterface/GetShows', {})).shows.shows;
    await post('/show.ShowInterface/SetDefaultMinCores', { show, minCores: 7 });
    const isAlive = await stream.next(events + 1).then(
      () => true,
      () => false,
    );
    stream.vanish();
    grpc.close();
    gateway.stop();
    await cuebot.close();
    rmSync(folder, { recursive: true });
    return [
      { what: `of ${asked} requests, without the right answer`, value: lost, unit: 'requests', limit: 0 },
      { what: 'live queries that were lost', value: isAlive ? 0 : 1, unit: 'queries', limit: 0 },
      { what: 'resident set after 50 of them', value: before, unit: 'MiB' },
      { what: 'resident set after half of them', value: between, unit: 'MiB' },
      {
        what: 'more than that after the last one (a schema that stayed would be 6 MiB each time)',
        value: after - between,
        unit: 'MiB',
        limit: 100,
      },
      { what: 'processor time for each reload, with what was answered meanwhile', value: each, unit: 'ms' },
    ];
  },
};

/** Has the policy read again, every second time with a mistake in it; waits each time until the gateway has counted it. */
async function reload(gateway: AttackedGateway, policy: string, from: number, to: number): Promise<void> {
  for (let count = from; count < to; count += 1) {
    writeFileSync(policy, count % 2 === 0 ? `levels: {}\n# ${count}\n` : `levels: ${count}\n`);
    gateway.signal('SIGHUP');
    while ((await countReloads(gateway)) <= count) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function countReloads({ metricsUrl }: AttackedGateway): Promise<number> {
  const text = await (await fetch(`${metricsUrl}`)).text();
  const counts = text.matchAll(/^cuegate_reloads_total\{outcome="\w+"\} (\d+)$/gm);
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}
