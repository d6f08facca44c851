import { getIntrospectionQuery } from 'graphql';

import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { attackGateway } from '../attacked-gateway.ts';
import type { ChaosCase, ChaosFigure } from '../chaos-case.ts';

/** As many as are refused for their fields, and as many as pass that and are weighed. */
const numbersOfAliases = [60, 40];
const requests = 25;

/** A short text that asks for the whole schema many times. */
export const chaos: ChaosCase = {
  name: 'introspection-bomb',
  attack: `${requests} requests each with the introspection of common tools under ${numbersOfAliases.join(' and ')} aliases.`,
  run: async () => {
    const cuebot = await createDemoCuebot();
    const gateway = await attackGateway({ CUEBOT_ENDPOINT: cuebot.endpoint });
    const figures: ChaosFigure[] = [];
    for (const aliases of numbersOfAliases) {
      const body = bombOf(aliases);
      const costs: number[] = [];
      let answered = 0;
      for (let index = 0; index < requests; index++) {
        const before = gateway.processorMs();
        const { body: answer } = await gateway.graphql(body, 'ann');
        costs.push(gateway.processorMs() - before);
        if (!/"reason":"(?:TOO_MANY_FIELDS|INTROSPECTION_TOO_LARGE)"/.test(answer.toString())) answered++;
      }
      const [first = 0, ...others] = costs;
      const label = `${aliases} aliases, ${body.length} bytes: `;
      figures.push(
        { what: `${label}requests that were not refused`, value: answered, unit: 'requests', limit: 0 },
        // The first of a process also weighs what tools ask for, and runs code that is not compiled yet.
        { what: `${label}CPU of the first`, value: first, unit: 'ms' },
        { what: `${label}most CPU of one after it`, value: Math.max(...others), unit: 'ms', limit: 50 },
      );
    }
    figures.push({ what: 'resident set afterwards', value: gateway.residentMiB(), unit: 'MiB', limit: 512 });
    gateway.stop();
    await cuebot.close();
    return figures;
  },
};

function bombOf(aliases: number): string {
  const text = getIntrospectionQuery({ descriptions: false });
  const begin = text.indexOf('__schema') + '__schema'.length;
  const end = text.lastIndexOf('}', text.indexOf('fragment '));
  const fields = Array.from({ length: aliases }, (_, index) => `a${index}: __schema { ...S }`);
  const fragments = `fragment S on __Schema ${text.slice(begin, end)} ${text.slice(end + 1)}`;
  return JSON.stringify({ query: `{ ${fields.join(' ')} } ${fragments}`.replace(/\s+/g, ' ') });
}
