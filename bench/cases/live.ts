import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import type { BenchCase } from '../bench-case.ts';
import { startProgram } from '../load.ts';

const seconds = 10;
const query = 'subscription { jobs(everyMs: 1000) { name state } }';

/** Any number of tabs that watch one list. */
export const bench: BenchCase = {
  name: 'live',
  question: `How many calls does Cuebot get when many subscribe to one list, looked at every second, for ${seconds} s?`,
  run: async () => {
    const cuebot = await createDemoCuebot();
    const settings = { CUEBOT_ENDPOINT: cuebot.endpoint, AUTH: 'none', REST_PORT: '0', LIVE_MAX_STREAMS: '1000' };
    const cuegate = await startProgram(['dist/cli.js', 'serve'], settings, /"url":"([^"]+)"/);
    try {
      const rows: (readonly string[])[] = [];
      for (const subscribers of [1, 100]) {
        cuebot.resetCalls();
        await Promise.all(Array.from({ length: subscribers }, () => watch(cuegate.url)));
        const calls = cuebot.calls.get('job.JobInterface/GetJobs') ?? 0;
        rows.push([String(subscribers), String(calls), String(subscribers * seconds)]);
      }
      return { columns: ['subscribers', 'calls', 'polling each by itself'], rows };
    } finally {
      cuegate.stop();
      await cuebot.close();
    }
  },
};

/** Subscribes, reads what comes, and leaves when the time is up. */
async function watch(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }), signal });
    if (answer.status !== 200) throw new Error(`subscribing was answered ${answer.status}: ${await answer.text()}`);
    for await (const _ of answer.body ?? []);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
