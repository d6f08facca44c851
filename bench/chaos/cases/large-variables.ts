import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { attackGateway } from '../attacked-gateway.ts';
import type { ChaosCase, ChaosFigure } from '../chaos-case.ts';

const bytes = 19 * 1024 * 1024;
const query = 'query ($ids: [ID!]) { jobGetJobs(r: { ids: $ids }) { jobs { jobs { id } } } }';

const repeat = (text: string, length: number) => text.repeat(Math.floor(length / Buffer.byteLength(text)));
/** Of values as small as values may be, as many as are taken, and of long ones. */
const lists: Readonly<Record<string, string>> = {
  'numbers, too many': `[${repeat('1,', bytes)}1]`,
  'small objects, too many': `[${repeat('{"a":1},', bytes)}{}]`,
  '29,000 texts': `[${new Array(29_000).fill(`"${repeat('é', 600)}"`).join()}]`,
  '29,000 short texts': `[${new Array(29_000).fill('"00000000-0000-0000-0000-000000000000"').join()}]`,
  '14,000 wrong objects': `[${new Array(14_000).fill('{"a":1}').join()}]`,
  'one text of escapes': `["${repeat('\\u00e9', bytes)}"]`,
  'one text beyond ASCII': `["${repeat('語', bytes)}"]`,
};

/** Bodies up to the limit, made to take long to read. */
export const chaos: ChaosCase = {
  name: 'large-variables',
  attack: 'GraphQL requests of up to 19 MiB of variables, one after the other.',
  run: async () => {
    const cuebot = await createDemoCuebot();
    const gateway = await attackGateway({ CUEBOT_ENDPOINT: cuebot.endpoint });
    const figures: ChaosFigure[] = [];
    for (const [name, list] of Object.entries(lists)) {
      const body = Buffer.from(`{"query":${JSON.stringify(query)},"variables":{"ids":${list}}}`);
      const ask = () => gateway.graphql(body, 'ann');
      // Once before, so that it is the work that is measured and not its compilation.
      await ask();
      const longest = await gateway.longestTurnOf(ask);
      figures.push({ what: `longest turn for ${name}, in CPU time`, value: longest, unit: 'ms', limit: 50 });
    }
    figures.push({ what: 'resident set afterwards', value: gateway.residentMiB(), unit: 'MiB', limit: 512 });
    gateway.stop();
    await cuebot.close();
    return figures;
  },
};
