import { type Client, createClient } from 'graphql-sse';
import { afterEach, describe, expect, it } from 'vitest';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createGateway, type Gateway } from '../../src/app/gateway.ts';
import { createDemoCuebot, type DemoCuebot } from '../../src/demo/demo-cuebot.ts';

import type { Json } from '../json.ts';
import { secret, testConfig } from './running-gateway.ts';

/** The stock client of GraphQL over SSE, as pages use it: https://the-guild.dev/graphql/sse. */

const query = 'subscription { showGetShows { shows { shows { name defaultMinCores } } } }';
const silent = () => {};
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const token = signToken({ secret, claims: { sub: 'ann', exp: Math.floor(Date.now() / 1_000) + 3_600 } });

let cuebot: DemoCuebot;
let gateway: Gateway;
let client: Client | undefined;

afterEach(async () => {
  client?.dispose();
  await gateway.close();
  await cuebot.close();
});

const startGateway = () =>
  createGateway(
    testConfig({ CUEBOT_ENDPOINT: cuebot.endpoint, LIVE_MIN_INTERVAL: '25ms', LIVE_INTERVAL: '25ms' }),
    logger,
  );

async function subscribe(): Promise<AsyncIterator<unknown>> {
  cuebot = await createDemoCuebot();
  gateway = await startGateway();
  client = createClient({
    url: () => `${gateway.url}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 5,
  });
  return client.iterate({ query });
}

/** The smallest cores of the first show, in an event. */
function coresIn({ value }: IteratorResult<unknown>): number {
  return (value as Json).data.showGetShows.shows.shows[0].defaultMinCores;
}

async function setCores(minCores: number): Promise<void> {
  const post = async (rpc: string, body: unknown) =>
    (
      await fetch(`${gateway.url}/show.ShowInterface/${rpc}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).json();
  const { shows } = (await post('GetShows', {})) as { shows: { shows: object[] } };
  await post('SetDefaultMinCores', { show: shows.shows[0], minCores });
}

describe('graphql-sse with retryAttempts', () => {
  it('hears what changes', async () => {
    const events = await subscribe();
    await events.next();
    await setCores(7);
    expect(coresIn(await events.next())).toBe(7);
  });

  it('comes back after the gateway was stopped and started again, and hears what changes then', async () => {
    const events = await subscribe();
    const before = coresIn(await events.next());
    const stopping = gateway.close();
    // It asks for the next event while nobody is there.
    const again = events.next();
    await stopping;
    gateway = await startGateway();
    expect(coresIn(await again)).toBe(before);
    await setCores(7);
    expect(coresIn(await events.next())).toBe(7);
  });
});
