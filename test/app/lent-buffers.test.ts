import { describe, expect, it } from 'vitest';

import { shareGateway } from './running-gateway.ts';

/** Answers of many lengths, each of which could show what another caller was sent. */
const reads: readonly (readonly [rpc: string, query: string])[] = [
  ['job.JobInterface/GetJobs', '{ jobGetJobs(r: {}) { jobs { jobs { id name user show state } } } }'],
  ['host.HostInterface/GetHosts', '{ hostGetHosts(r: {}) { hosts { hosts { id name state tags memory } } } }'],
  ['show.ShowInterface/GetShows', '{ showGetShows { shows { shows { id name } } } }'],
  ['layer.LayerInterface/GetLayers', '{ __typename }'],
];

describe('buffers that are lent from answer to answer', () => {
  // Its clock stands still, so that equal questions have equal answers.
  const running = shareGateway({ cuebot: { now: () => 1_800_000_000_000 } });

  it('never show one answer in another, whoever reads at what pace, packed or not', async () => {
    const { rest, graphql, url, token } = running();
    const texts = new Map<string, string>();
    const check = (key: string, text: string) => {
      const known = texts.get(key) ?? text;
      texts.set(key, known);
      expect(text === known, key).toBe(true);
    };
    const leave = async (query: string) => {
      const controller = new AbortController();
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
        signal: controller.signal,
      });
      controller.abort();
      await response.text().catch(() => {});
    };
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(
        reads.flatMap(([rpc, query]) => [
          ...[0, 1, 2].map(async () => check(rpc, (await rest(rpc)).text)),
          ...[0, 1, 2].map(async () => check(query, (await graphql(query)).text)),
          leave(query),
          fetch(`${url}/graphql`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${token}`,
              'content-type': 'application/json',
              'accept-encoding': round % 2 === 0 ? 'br' : 'gzip',
            },
            body: JSON.stringify({ query }),
          }).then(async (response) => check(query, await response.text())),
        ]),
      );
    }
    expect(Math.max(...[...texts.values()].map(({ length }) => length))).toBeGreaterThan(16_384);
  }, 60_000);
});
