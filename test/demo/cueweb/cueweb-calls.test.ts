import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../../app/running-gateway.ts';
import type { CueWebCall } from './cueweb.ts';
import { createCueWeb } from './cueweb.ts';
import { allocationCalls, hostCalls, procCalls } from './host-calls.ts';
import { frameCalls, jobKill, jobReads, jobWrites, layerCalls } from './job-calls.ts';
import {
  commentCalls,
  departmentCalls,
  filterCalls,
  groupCalls,
  limitCalls,
  serviceCalls,
  showCalls,
  subscriptionCalls,
} from './show-calls.ts';

/**
 * Every call that CueWeb makes of Cuebot, with every form of body that it sends. They go by REST, as CueWeb's do, one after
 * the other on one farm: later ones find what earlier ones have made. What a write did is read again by another RPC, before and after.
 */
let served: TestGateway;
beforeAll(async () => {
  served = await startGateway({
    settings: { JWT_SECRET_LEVEL: 'everything' },
    // Queued work comes after its answer, as on a real Cuebot.
    cuebot: { now: () => 1_800_000_000_000, queueMs: 1 },
  });
});
afterAll(() => served.close());

const web = createCueWeb(async (rpc, body = {}) => {
  const { status, text, json } = await served.rest(rpc, body);
  if (status !== 200) throw new Error(`${rpc}: ${status} ${text}`);
  return json;
});

const calls: readonly CueWebCall[] = [
  ...jobReads(web),
  ...procCalls(web).filter(({ rpc }) => rpc.endsWith('/GetProcs')),
  ...showCalls(web),
  ...jobWrites(web),
  ...layerCalls(web),
  ...frameCalls(web),
  ...groupCalls(web),
  ...hostCalls(web),
  ...procCalls(web).filter(({ rpc }) => !rpc.endsWith('/GetProcs')),
  ...allocationCalls(),
  ...subscriptionCalls(web),
  ...limitCalls(web),
  ...serviceCalls(web),
  ...filterCalls(web),
  ...departmentCalls(web),
  ...commentCalls(web),
  ...jobKill(web),
];

describe('the calls of CueWeb', () => {
  it.each(calls.map((call) => [call.rpc, call] as const))('%s', async (rpc, call) => {
    const { body, answer = {}, effect, fails } = call;
    const [read, before, after] = effect ?? [];
    expect(await read?.(), 'before').toEqual(before);
    const { status, json } = await served.rest(rpc, await body());
    if (fails === undefined) {
      expect({ status, json }).toMatchObject({ status: 200, json: answer });
      if (call.answer === undefined) expect(json, 'a write without an answer').toEqual({});
    } else {
      expect({ status, message: json.message }).toEqual({ status: 500, message: expect.stringContaining(fails) });
    }
    if (read) await expect.poll(read, { interval: 5 }).toEqual(after);
  });
});

it('are 156 RPCs in more than 176 forms, and what each write did is told', () => {
  expect(new Set(calls.map(({ rpc }) => rpc)).size).toBe(156);
  expect(calls.length).toBeGreaterThanOrEqual(176);
  const untold = calls.filter(({ rpc, effect, unread, fails }) => {
    const isRead = /\/(?:Get|Find)/.test(rpc);
    return !isRead && effect === undefined && unread === undefined && fails === undefined;
  });
  expect(untold.map(({ rpc }) => rpc)).toEqual([]);
});
