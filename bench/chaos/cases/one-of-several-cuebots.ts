import { createDemoCuebot, type DemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { type AttackedGateway, attackGateway } from '../attacked-gateway.ts';
import type { ChaosCase, ChaosFigure } from '../chaos-case.ts';
import { openSilentWay } from '../silent-way.ts';

const people = 16;
const answeredMs = 3;
/** How long things go well, before and after. */
const calmMs = 3_000;
const troubleMs = 12_000;

/** Nobody attacks here: one of three Cuebots goes, in either way. */
export const chaos: ChaosCase = {
  name: 'one-of-several-cuebots',
  attack:
    `Three Cuebots on one farm, each ${answeredMs} ms a call, mix up calls that overlap. ${people} people read and write without a pause. One ` +
    `Cuebot ends; in another run the way to it falls silent for ${troubleMs / 1_000} s. GRPC_TIMEOUT stays 30 s.`,
  run: async () => [...(await run('ends', true)), ...(await run('falls silent', false))],
};

async function run(how: string, ends: boolean): Promise<readonly ChaosFigure[]> {
  const first = await createDemoCuebot({ servantDefect: true, latencyMs: answeredMs });
  const others = await Promise.all(
    [1, 2].map(() => createDemoCuebot({ sharedFarm: first.farm, latencyMs: answeredMs })),
  );
  const way = await openSilentWay(first.endpoint);
  const endpoints = [ends ? first : way, ...others].map(({ endpoint }) => endpoint).join(',');
  const gateway = await attackGateway({ CUEBOT_ENDPOINT: endpoints });
  const jobs = [...first.farm.jobs.values()].map(({ id }) => id);
  const seen = { wrong: 0, failedReads: 0, failedWrites: 0, slowestReadS: 0, slowestBeforeS: 0, calls: 0 };
  let isOver = false;
  const work = async (person: number) => {
    for (let round = 0; !isOver; round += 1) {
      const id = jobs[(person * 7 + round) % jobs.length]!;
      if (round % 4 === 0) {
        const query =
          'mutation ($job: JobKeyInput!, $comment: CommentInput) { jobAddComment(job: $job, newComment: $comment) { ok } }';
        const comment = { subject: 'whose', message: id };
        const { body } = await ask(gateway, query, { job: { id }, comment });
        if (body.errors !== undefined) seen.failedWrites += 1;
      } else {
        const query = 'query ($job: JobKeyInput!) { jobGetLayers(job: $job) { layers { layers { parentId } } } }';
        const { body, seconds } = await ask(gateway, query, { job: { id } });
        const layers = body.data?.jobGetLayers?.layers.layers;
        if (layers === undefined) seen.failedReads += 1;
        else if (layers.some(({ parentId }: { parentId: string }) => parentId !== id)) seen.wrong += 1;
        seen.slowestReadS = Math.max(seen.slowestReadS, seconds);
      }
      seen.calls += 1;
    }
  };
  const working = Array.from({ length: people }, (_, person) => work(person));
  await pause(calmMs);
  // What the machine makes of it while all is well is no one's fault.
  [seen.slowestBeforeS, seen.slowestReadS] = [seen.slowestReadS, 0];
  if (ends) await first.close();
  else way.fallSilent();
  await pause(troubleMs);
  if (!ends) way.speak();
  await pause(calmMs);
  isOver = true;
  await Promise.race([Promise.all(working), pause(40_000)]);
  gateway.stop();
  way.close();
  await Promise.all([...(ends ? [] : [first]), ...others].map((cuebot) => cuebot.close()));
  const strays = straysOf(first);
  return [
    {
      what: `one ${how}: calls on the wrong object, of ${seen.calls}`,
      value: seen.wrong + strays,
      unit: 'calls',
      limit: 0,
    },
    { what: `one ${how}: reads that failed`, value: seen.failedReads, unit: 'reads', limit: 0 },
    // What was under way may have been carried out, so it is not sent again: one in each lane.
    { what: `one ${how}: writes that failed`, value: seen.failedWrites, unit: 'writes', limit: 2 },
    {
      what: `one ${how}: the longest that a read took, beyond what it took before`,
      value: Math.max(0, seen.slowestReadS - seen.slowestBeforeS),
      unit: 's',
      limit: ends ? 1 : 8,
    },
  ];
}

async function ask(gateway: AttackedGateway, query: string, variables: object) {
  const { body, seconds } = await gateway.graphql(JSON.stringify({ query, variables }), 'ann');
  return { body: JSON.parse(body.toString() || '{"errors":[]}'), seconds };
}

/** Comments that lie on another job than the one that they name. */
function straysOf({ farm }: DemoCuebot): number {
  const written = [...farm.jobs.values()].flatMap(({ id, comments }) =>
    comments.map(({ subject, message }) => subject === 'whose' && message !== id),
  );
  return written.filter(Boolean).length;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
