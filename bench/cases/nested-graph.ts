import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import type { BenchCase } from '../bench-case.ts';
import { startProgram } from '../load.ts';

/** What pages ask for, and the calls that asking parent by parent would take. */
const queries: readonly (readonly [name: string, query: string])[] = [
  ['jobs → layers → frames(limit 20)', '{ jobs { name layers { name frames(limit: 20) { name state } } } }'],
  ['hosts → procs → job', '{ hosts { name procs { name job { name } } } }'],
  ['shows → groups → jobs', '{ shows { name groups { name jobs { name } } } }'],
  ['shows → subscriptions → allocation', '{ shows { name subscriptions { size allocation { name } } } }'],
  ['the same job under two aliases', '{ a: jobs { layers { id } } b: jobs { layers { id } } }'],
];

/** The nested graph of a larger farm: calls to Cuebot, next to one call for each parent. */
export const bench: BenchCase = {
  name: 'nested-graph',
  question: 'How many calls does a nested query make, next to one for each parent, and how long does it take?',
  run: async () => {
    const cuebot = await createDemoCuebot({ farm: { jobs: 200, framesPerLayer: 30 } });
    const settings = { CUEBOT_ENDPOINT: cuebot.endpoint, AUTH: 'none', REST_PORT: '0', LOG_LEVEL: 'info' };
    const cuegate = await startProgram(['dist/cli.js', 'serve'], settings, /"url":"([^"]+)"/);
    try {
      const rows: (readonly string[])[] = [];
      for (const [name, query] of queries) {
        await ask(cuegate.url, query);
        cuebot.resetCalls();
        const startedAt = performance.now();
        const parents = await ask(cuegate.url, query);
        const milliseconds = performance.now() - startedAt;
        const calls = [...cuebot.calls.values()].reduce((sum, count) => sum + count, 0);
        rows.push([name, String(calls), String(parents), (parents / calls).toFixed(1), milliseconds.toFixed(0)]);
      }
      const columns = ['query', 'calls', 'one by one', 'times fewer', 'ms'];
      return {
        columns,
        rows,
        notes: [
          'A demo farm of 200 jobs. "One by one": a call for the roots and one for each parent of a nested field.',
        ],
      };
    } finally {
      cuegate.stop();
      await cuebot.close();
    }
  },
};

/** Runs a query; gives the calls that asking parent by parent would have taken. */
async function ask(url: string, query: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data, errors } = (await answer.json()) as { data: Record<string, unknown>; errors?: unknown };
  if (errors !== undefined) throw new Error(`${query}: ${JSON.stringify(errors)}`);
  return Object.values(data).reduce((sum: number, root) => sum + 1 + countLinks(root), 0);
}

/** Every object and list below another object was a link of its parent. */
function countLinks(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, row) => sum + countLinks(row), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce(
    (sum: number, field) => sum + (typeof field === 'object' && field !== null ? 1 + countLinks(field) : 0),
    0,
  );
}
