import { cuebotPort, type Endpoint, endpointKey, parseEndpoint } from '../upstream/parse-endpoint.ts';

import type { Reader } from './read-settings.ts';

/** Where Cuebot listens, by the settings, and what is wrong with that. */
export interface CuebotEndpoints {
  /** In the order in which they are named; empty where none is, or some are wrong. */
  readonly endpoints: readonly Endpoint[];
  readonly problems: readonly string[];
}

/** Reads `CUEBOT_ENDPOINT`, or `CUEBOT_HOSTS` where the first is not set. */
export function readCuebotEndpoints(read: Pick<Reader, 'text' | 'list'>): CuebotEndpoints {
  const setting = read.text('CUEBOT_ENDPOINT') === '' ? 'CUEBOT_HOSTS' : 'CUEBOT_ENDPOINT';
  const texts = read.list(setting);
  if (texts.length === 0) return { endpoints: [], problems: [notSet] };
  const defaultPort = setting === 'CUEBOT_HOSTS' ? cuebotPort : undefined;
  const problems: string[] = [];
  const known = new Map<string, Endpoint>();
  for (const text of texts) {
    const endpoint = parseEndpoint(text, defaultPort);
    if ('expected' in endpoint) {
      const has = texts.length === 1 ? `${setting} is` : `${setting} names`;
      problems.push(`${has} "${text}"; expected ${endpoint.expected}`);
      continue;
    }
    const key = endpointKey(endpoint);
    if (known.has(key)) {
      problems.push(
        `${setting} names ${key} twice; one Cuebot would have two lanes, and calls would overlap there. Name each Cuebot once`,
      );
    }
    known.set(key, endpoint);
  }
  return { endpoints: problems.length > 0 ? [] : [...known.values()], problems };
}

const notSet =
  'CUEBOT_ENDPOINT is not set: it says where Cuebot listens, e.g. CUEBOT_ENDPOINT=cuebot:8443. To try cuegate without a Cuebot: npm run demo';
