import type { ChaosCase } from '../chaos-case.ts';
import { startFleet } from '../gateway-fleet.ts';

const calls = 20_000;
const comparedCalls = 3_000;

/** Several gateways, and nothing goes wrong. */
export const chaos: ChaosCase = {
  name: 'gateways-together',
  attack: `Three gateways send ${calls} lane calls by REST, GraphQL and gRPC to a Cuebot that mixes overlapping calls up.`,
  run: async () => {
    const single = await startFleet(1);
    await single.hammer((answered) => answered >= comparedCalls / 3);
    const alone = await single.hammer((answered) => answered >= comparedCalls);
    await single.stop();
    const strangers = await startFleet(3, { settings: { REDIS_URL: '' } });
    const apart = await strangers.hammer((answered) => answered >= comparedCalls);
    await strangers.stop();
    const fleet = await startFleet(3);
    await fleet.hammer((answered) => answered >= comparedCalls / 3);
    const together = await fleet.hammer((answered) => answered >= calls);
    await fleet.stop();
    const rateOf = ({ right, seconds }: typeof alone) => right / seconds;
    return [
      { what: 'calls that met the wrong object', value: together.wrong, unit: 'calls', limit: 0 },
      { what: 'calls turned away', value: together.refused, unit: 'calls', limit: 0 },
      { what: 'calls without an answer', value: together.lost, unit: 'calls', limit: 0 },
      { what: `for comparison, without a store: wrong of ${comparedCalls}`, value: apart.wrong, unit: 'calls' },
      { what: 'one gateway alone', value: rateOf(alone), unit: 'calls/s' },
      { what: 'three together', value: rateOf(together), unit: 'calls/s' },
      { what: 'longest time without an answer', value: together.longestPauseMs, unit: 'ms' },
    ];
  },
};
