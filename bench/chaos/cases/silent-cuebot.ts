import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { type AttackedGateway, attackGateway } from '../attacked-gateway.ts';
import type { ChaosCase, ChaosFigure } from '../chaos-case.ts';
import { openSilentWay } from '../silent-way.ts';

const rpc = 'show.ShowInterface/GetActiveShows';
const silentMs = 20_000;
/** How long it is looked, at most, whether calls succeed again. */
const patienceMs = 120_000;
const pauseMs = 100;

/** Nobody attacks here: the network does. */
export const chaos: ChaosCase = {
  name: 'silent-cuebot',
  attack:
    `The way to Cuebot falls silent for ${silentMs / 1_000} s: connections stay open, and no byte comes. Once while all is well, and ` +
    'once from the start, by a port that accepts and says nothing. What was connected meanwhile never speaks again. GRPC_TIMEOUT is 2 s.',
  run: async () => [...(await silence('in between', false)), ...(await silence('from the start', true))],
};

async function silence(when: string, fromStart: boolean): Promise<readonly ChaosFigure[]> {
  const cuebot = await createDemoCuebot();
  const way = await openSilentWay(cuebot.endpoint);
  if (fromStart) way.fallSilent();
  const gateway = await attackGateway({ CUEBOT_ENDPOINT: way.endpoint, GRPC_TIMEOUT: '2s' });
  try {
    if (!fromStart) await secondsUntil(() => isAnswered(gateway));
    way.fallSilent();
    const begin = performance.now();
    let unreadyAfter = Number.POSITIVE_INFINITY;
    // Its people do not know, and go on.
    let isOver = false;
    const people = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        await isAnswered(gateway);
        await pause();
      }
    });
    while (performance.now() - begin < silentMs) {
      const isReady = await isReadyNow(gateway);
      const seconds = (performance.now() - begin) / 1_000;
      if (isReady) unreadyAfter = Number.POSITIVE_INFINITY;
      else unreadyAfter = Math.min(unreadyAfter, seconds);
      await pause();
    }
    way.speak();
    const answeredAfter = await secondsUntil(() => isAnswered(gateway));
    const readyAfter = answeredAfter + (await secondsUntil(() => isReadyNow(gateway)));
    isOver = true;
    await Promise.all(people);
    return [
      { what: `silent ${when}: until /readyz says 503`, value: unreadyAfter, unit: 's', limit: fromStart ? 1 : 10 },
      { what: `silent ${when}: until a call succeeds after it is back`, value: answeredAfter, unit: 's', limit: 15 },
      { what: `silent ${when}: until /readyz says 200 after that`, value: readyAfter, unit: 's', limit: 15 },
    ];
  } finally {
    gateway.stop();
    way.close();
    await cuebot.close();
  }
}

async function isAnswered(gateway: AttackedGateway): Promise<boolean> {
  return (await gateway.call(rpc, 'ann', 5_000)) === 200;
}

async function isReadyNow({ port }: AttackedGateway): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
}

async function secondsUntil(check: () => Promise<boolean>): Promise<number> {
  const begin = performance.now();
  while (!(await check())) {
    if (performance.now() - begin > patienceMs) return Number.POSITIVE_INFINITY;
    await pause();
  }
  return (performance.now() - begin) / 1_000;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}
