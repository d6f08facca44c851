import type { ChaosCase } from '../chaos-case.ts';
import { startFleet, wait } from '../gateway-fleet.ts';

const calls = 20_000;
const kills = 5;
const everyMs = 10_000;
const writeMs = 4_000;

/** Gateways die without a word, each with a write under way that takes long. */
export const chaos: ChaosCase = {
  name: 'gateways-killed',
  attack: `As gateways-together, and every ${everyMs / 1_000} s one of the three is killed, ${kills} times, with a write under way that takes ${writeMs / 1_000} s; a new one takes its place.`,
  run: async () => {
    const fleet = await startFleet(3);
    let killed = 0;
    const killing = (async () => {
      for (; killed < kills; killed += 1) {
        await wait(everyMs);
        const [victim] = fleet.gateways;
        await fleet.beginSlowWrite(victim!, writeMs);
        fleet.gateways.shift();
        victim!.stop();
        await fleet.add();
      }
    })();
    const tally = await fleet.hammer((answered) => answered >= calls && killed >= kills);
    await killing;
    await fleet.stop();
    return [
      { what: 'calls that met the wrong object', value: tally.wrong, unit: 'calls', limit: 0 },
      { what: 'calls that met the right one', value: tally.right, unit: 'calls' },
      { what: 'calls turned away', value: tally.refused, unit: 'calls' },
      { what: 'calls without an answer', value: tally.lost, unit: 'calls' },
      { what: 'longest time without an answer', value: tally.longestPauseMs, unit: 'ms' },
    ];
  },
};
