import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { createDemoCuebot } from '../../../src/demo/demo-cuebot.ts';
import { loadProtocol } from '../../../src/demo/wire/load-protocol.ts';
import type { CuebotClient } from '../cuebot-client.ts';
import { createCuebotClient } from '../cuebot-client.ts';
import { checkFarm } from '../scheduler/check-farm.ts';
import type { RpcCase } from './rpc-case.ts';
import { TABLES } from './tables.ts';

test('every RPC that a real Cuebot serves has a row', () => {
  const listed = Object.entries(TABLES).flatMap(([service, table]) =>
    Object.keys(table).map((name) => `${service}/${name}`),
  );
  const served = loadProtocol().filter(({ service }) => !/^(monitoring|rqd|report)\./.test(service));
  expect(listed.sort()).toEqual(served.map(({ name }) => name).sort());
});

describe.each(Object.entries(TABLES))('%s', (service, table) => {
  let demo: DemoCuebot;
  let client: CuebotClient;

  beforeAll(async () => {
    demo = await createDemoCuebot({ now: () => 1_800_000_000_000 });
    client = createCuebotClient(demo.endpoint);
  });

  afterAll(async () => {
    client.close();
    await demo.close();
  });

  const cases = Object.entries(table).flatMap(([method, rows]) =>
    [rows]
      .flat()
      .map((row: RpcCase, index) => [index === 0 ? method : `${method} (${index + 1})`, method, row] as const),
  );

  test.each(cases)('%s', async (_title, method, { arrange, request, answer = {}, fails, state, before, after }) => {
    const { farm } = demo;
    arrange?.(farm);
    const { version } = farm;
    expect(state?.(farm), 'before').toEqual(before);
    const outcome = await client.call(`${service}/${method}`, request?.(farm) ?? {});
    if (fails) {
      const [code, text] = fails;
      expect(outcome).toMatchObject({ code });
      expect('message' in outcome && outcome.message.split('\n').at(-1)).toEqual(text);
    } else {
      expect(outcome).toMatchObject({ reply: typeof answer === 'function' ? answer(farm) : answer });
    }
    expect(state?.(farm), 'after').toEqual(after);
    if (!state) expect(farm.version, 'nothing changed').toBe(version);
    expect(checkFarm(farm)).toEqual([]);
  });
});
