import type { ChaosCase } from '../chaos-case.ts';
import { startFleet, wait } from '../gateway-fleet.ts';

const calls = 20_000;
const times = 3;

/** The store forgets whose turn it is. */
export const chaos: ChaosCase = {
  name: 'store-restarted',
  attack: `As gateways-together, and ${times} times the store is killed and started anew, empty.`,
  run: async () => {
    const fleet = await startFleet(3);
    let restarted = 0;
    const restarting = (async () => {
      for (; restarted < times; restarted += 1) {
        await wait(5_000);
        await fleet.redis.stop();
        await wait(restarted * 1_500);
        await fleet.redis.start();
        await wait(9_000);
      }
    })();
    const tally = await fleet.hammer((answered) => answered >= calls && restarted >= times);
    await restarting;
    await fleet.stop();
    return [
      { what: 'calls that met the wrong object', value: tally.wrong, unit: 'calls', limit: 0 },
      { what: 'calls that met the right one', value: tally.right, unit: 'calls' },
      { what: 'calls turned away', value: tally.refused, unit: 'calls' },
      { what: 'calls without an answer', value: tally.lost, unit: 'calls', limit: 0 },
      { what: 'longest time without an answer', value: tally.longestPauseMs, unit: 'ms' },
    ];
  },
};
