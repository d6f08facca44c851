import type { ChaosCase } from '../chaos-case.ts';
import { startFleet, wait } from '../gateway-fleet.ts';

const calls = 20_000;
const stoppedMs = 8_000;
const times = 3;

/** A gateway that others take for dead comes back, and believes for a moment that nothing has happened. */
export const chaos: ChaosCase = {
  name: 'gateway-stopped',
  attack: `As gateways-together, and ${times} times one of the three is stopped for ${stoppedMs / 1_000} s and goes on.`,
  run: async () => {
    const fleet = await startFleet(3);
    let stopped = 0;
    const stopping = (async () => {
      for (; stopped < times; stopped += 1) {
        await wait(4_000);
        const gateway = fleet.gateways[stopped % fleet.gateways.length]!;
        gateway.signal('SIGSTOP');
        await wait(stoppedMs);
        gateway.signal('SIGCONT');
      }
    })();
    const tally = await fleet.hammer((answered) => answered >= calls && stopped >= times);
    await stopping;
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
