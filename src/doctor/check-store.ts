import { lookAtStore } from '../coordination/look-at-store.ts';
import { describeStore, type StoreSettings } from '../coordination/store-settings.ts';

import type { Finding } from './finding.ts';

const about = 'store';

/** Whether the store can be reached, what it is, whether it may be used, and how many gateways share it. */
export async function checkStore(settings: StoreSettings): Promise<readonly Finding[]> {
  const place = describeStore(settings.url);
  const sight = await lookAtStore(settings).catch((error: Error) => error);
  if (sight instanceof Error) {
    return [
      {
        about,
        severity: 'error',
        found: `${place} cannot be used (${sight.message})`,
        advice: 'check REDIS_URL, REDIS_PASSWORD and REDIS_CA_FILE, and whether the port is open to this machine',
      },
    ];
  }
  const { server, gateways } = sight;
  const { version, memoryPolicy, runId, problem } = server;
  const found = `${place} is ${version}, with maxmemory-policy ${memoryPolicy || 'unknown'} and run id ${runId || 'unknown'}`;
  if (problem !== undefined) return [{ about, severity: 'error', found, advice: `it cannot be used: ${problem}` }];
  const joined = gateways === 1 ? '1 gateway has' : `${gateways} gateways have`;
  return [
    { about, severity: 'ok', found },
    { about, severity: 'ok', found: `${joined} joined by the prefix "${settings.prefix}" and not left` },
  ];
}
