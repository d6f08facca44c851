import { link, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { verifyAudit } from '../../../src/audit/verify-audit.ts';
import { signToken } from '../../../src/authentication/hmac/sign-token.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { attackGateway, secret } from '../attacked-gateway.ts';
import type { ChaosCase } from '../chaos-case.ts';

const writers = 16;
const times = 20;
const pauseMs = 200;

/** Somebody takes the audit file away while records are written to it. */
export const chaos: ChaosCase = {
  name: 'audit-file-taken-away',
  attack:
    `${writers} callers pause jobs as fast as they can, and ${times} times AUDIT_FILE is taken away: renamed as by logrotate's create, ` +
    'or removed. (A second link to each removed file is kept, to see what went into it.)',
  run: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cuegate-chaos-'));
    const path = join(folder, 'audit.jsonl');
    const cuebot = await createDemoCuebot();
    const gateway = await attackGateway({ CUEBOT_ENDPOINT: cuebot.endpoint, AUDIT_FILE: path, LOG_LEVEL: 'info' });
    try {
      let isOver = false;
      const answered = new Set<string>();
      const writing = Array.from({ length: writers }, async (_, index) => {
        const authorization = `Bearer ${signToken({ secret, claims: { sub: `writer-${index}` } })}`;
        for (let count = 0; !isOver; count += 1) {
          const requestId = `writer-${index}-write-${count}`;
          const answer = await fetch(`http://127.0.0.1:${gateway.port}/job.JobInterface/Pause`, {
            method: 'POST',
            headers: { authorization, 'x-request-id': requestId },
            body: JSON.stringify({ job: { id: `no-such-job-${index}` } }),
          });
          await answer.arrayBuffer();
          answered.add(requestId);
        }
      });
      let taken = 0;
      for (let time = 0; time < times; time++) {
        await pause();
        // Whoever comes before the first record of a new file finds none to take.
        taken += await takeAway(path, join(folder, `taken-${time}`), time % 2 === 0).then(
          () => 1,
          () => 0,
        );
      }
      await pause();
      isOver = true;
      await Promise.all(writing);
      gateway.signal('SIGTERM');
      await gateway.ended;
      const files = (await readdir(folder)).filter((name) => !name.endsWith('.lock')).map((name) => join(folder, name));
      const recorded = await requestsIn(files);
      const missing = [...answered].filter((id) => !recorded.has(id)).length;
      const { problem, records } = await verifyAudit(files);
      return [
        {
          what: `writes that were answered, while the file was taken away ${taken} times`,
          value: answered.size,
          unit: 'writes',
        },
        { what: 'records in all files', value: records, unit: 'records' },
        { what: 'writes without a record', value: missing, unit: 'writes', limit: 0 },
        { what: 'breaks in the chain over all files', value: problem === undefined ? 0 : 1, unit: 'breaks', limit: 0 },
      ];
    } finally {
      gateway.stop();
      await cuebot.close();
      await rm(folder, { recursive: true });
    }
  },
};

async function takeAway(path: string, kept: string, isRenamed: boolean): Promise<void> {
  if (isRenamed) return rename(path, kept);
  await link(path, kept);
  await rm(path);
}

async function requestsIn(files: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const file of files) {
    for (const line of (await readFile(file, 'utf8')).split('\n')) {
      if (line !== '') found.add((JSON.parse(line) as { readonly requestId: string }).requestId);
    }
  }
  return found;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}
