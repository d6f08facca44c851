import { startRedis } from '../../test/coordination/redis-server.ts';
import { type BenchCase, median } from '../bench-case.ts';
import { type Load, type Program, sendLoad, startProgram } from '../load.ts';

const rounds = 7;
const requests = 600;
const connections = 12;

/** What several gateways cost more than one, in processor time and, for turns, in time that callers wait. */
export const bench: BenchCase = {
  name: 'several-gateways',
  question: 'What does a turn in a lane cost, and how much more do three gateways answer than one?',
  run: async () => {
    const cuebot = await startProgram(
      ['test/run-typescript.mjs', '--no-build', 'bench/programs/cuebot.ts'],
      { BENCH_SHOWS: '400' },
      /(127\.0\.0\.1:\d+)/,
    );
    const redis = await startRedis();
    const serve = async (prefix: string | undefined) => {
      const store = prefix === undefined ? {} : { REDIS_URL: redis.url, REDIS_PREFIX: prefix, LANE_ORPHAN_HOLD: '1ms' };
      const settings = { CUEBOT_ENDPOINT: cuebot.url, AUTH: 'none', HOST: '127.0.0.1', REST_PORT: '0', ...store };
      const program = await startProgram(['dist/cli.js', 'serve'], settings, /"url":"([^"]+)"/);
      while ((await fetch(`${program.url}/readyz`)).status !== 200) await new Promise((later) => setTimeout(later, 50));
      return program;
    };
    // The demo has no defect here, so that those who do not know of each other do no harm.
    const alone = await serve(undefined);
    const single = await serve('single');
    const three = await Promise.all([1, 2, 3].map(() => serve('three')));
    const two = three.slice(0, 2);
    try {
      const { jobs, shows } = await readNames(alone);
      const setPriority = numbered('job.JobInterface/SetPriority', (number) => ({
        job: { id: jobs[number % jobs.length] },
        val: 100 + (number % 50),
      }));
      const findShow = numbered('show.ShowInterface/FindShow', (number) => ({ name: shows[number % shows.length] }));
      const [without, kept, handed] = await measure([
        inTurn([alone], setPriority),
        inTurn([single], setPriority),
        inTurn(two, setPriority),
      ]);
      const [laneAlone, laneThree, readAlone, readThree] = await measure([
        atOnce([single], setPriority),
        atOnce(three, setPriority),
        atOnce([single], findShow),
        atOnce(three, findShow),
      ]);
      const row = (what: string, one: Cost, other: Cost) => [
        what,
        ...[one, other].flatMap(({ waitMs, cpuMs }) => [waitMs.toFixed(3), cpuMs.toFixed(3)]),
      ];
      const times = (one: Cost, other: Cost) => ((3 * one.cpuMs) / other.cpuMs).toFixed(2);
      return {
        columns: ['calls', 'ms each, first', 'ms of CPU each', 'ms each, second', 'ms of CPU each '],
        rows: [
          row('SetPriority, one after the other: without a store; with one, the turn kept', without!, kept!),
          row('the same: the turn kept; asked from the other of two gateways for each call', kept!, handed!),
          row(`SetPriority, ${connections} at a time by each: one gateway; three`, laneAlone!, laneThree!),
          row(`FindShow, ${connections} at a time by each: one gateway; three`, readAlone!, readThree!),
        ],
        notes: [
          `Medians of ${rounds} rounds of ${requests} calls by each; CPU of all gateways together. A turn that is kept costs ` +
            `${(kept!.waitMs - without!.waitMs).toFixed(3)} ms a call, one that another gateway had ${(handed!.waitMs - kept!.waitMs).toFixed(3)} ms.`,
          'All programs share the cores of one machine, so calls per second say little of three. Where each gateway has a core of its own and ' +
            `Cuebot is not what bounds them, three answer ${times(readAlone!, readThree!)} times what one does of FindShow by these figures. Of ` +
            `SetPriority one lane bounds them all: three cost ${(laneThree!.cpuMs / laneAlone!.cpuMs).toFixed(2)} times the CPU, and each call takes ` +
            `${(laneThree!.waitMs / laneAlone!.waitMs).toFixed(2)} times as long.`,
        ],
      };
    } finally {
      for (const program of [alone, single, ...three, cuebot]) program.stop();
      await redis.stop();
    }
  },
};

/** Of one call: how long until the next one could be sent, and processor time of the gateways, in milliseconds. */
interface Cost {
  readonly waitMs: number;
  readonly cpuMs: number;
}

/** A round of calls: by which gateways, and how they are sent. */
interface Round {
  readonly gateways: readonly Program[];
  readonly calls: number;
  readonly send: () => Promise<void>;
}

/** Medians; the kinds of rounds take turns. */
async function measure(kinds: readonly Round[]): Promise<readonly Cost[]> {
  const found = kinds.map((): Cost[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { gateways, calls, send }] of kinds.entries()) {
      const cpu = () => gateways.reduce((sum, { cpuMs }) => sum + cpuMs(), 0);
      const [before, begin] = [cpu(), performance.now()];
      await send();
      const cost = { waitMs: (performance.now() - begin) / calls, cpuMs: (cpu() - before) / calls };
      // The first round warms up.
      if (round > 0) found[index]!.push(cost);
    }
  }
  return found.map((costs) => ({
    waitMs: median(costs.map(({ waitMs }) => waitMs)),
    cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
  }));
}

const json = { 'content-type': 'application/json' };

/** The same call of an RPC with another body each time, by the address of a gateway. */
type Loads = (url: string) => () => Load;

function numbered(rpc: string, bodyOf: (number: number) => object): Loads {
  let number = 0;
  return (url) => () => ({
    url: `${url}/${rpc}`,
    headers: json,
    body: JSON.stringify(bodyOf(number++)),
  });
}

/** One call after the other, by each gateway in turn. */
function inTurn(gateways: readonly Program[], loads: Loads): Round {
  const loadOf = gateways.map(({ url }) => loads(url));
  let turn = 0;
  return { gateways, calls: requests, send: () => sendLoad(() => loadOf[turn++ % loadOf.length]!(), requests, 1) };
}

/** Many at a time, as many by each gateway. */
function atOnce(gateways: readonly Program[], loads: Loads): Round {
  const send = async () =>
    void (await Promise.all(gateways.map(({ url }) => sendLoad(loads(url), requests, connections))));
  return { gateways, calls: gateways.length * requests, send };
}

/** What to ask for. */
async function readNames({ url }: Program): Promise<Readonly<Record<'jobs' | 'shows', readonly string[]>>> {
  const ask = async (rpc: string, body: object) =>
    (await fetch(`${url}/${rpc}`, { method: 'POST', headers: json, body: JSON.stringify(body) })).json();
  const { jobs } = await ask('job.JobInterface/GetJobs', { r: {} });
  const { shows } = await ask('show.ShowInterface/GetShows', {});
  return {
    jobs: jobs.jobs.map(({ id }: { readonly id: string }) => id),
    shows: shows.shows.map(({ name }: { readonly name: string }) => name),
  };
}
