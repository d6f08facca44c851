import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import type { Farm } from '../../../src/demo/farm/farm.ts';
import type { ManageQueue } from '../../../src/demo/farm/manage-queue.ts';
import { createManageQueue } from '../../../src/demo/farm/manage-queue.ts';
import { seedFarm } from '../../../src/demo/seed/seed-farm.ts';
import { createHandlers } from '../../../src/demo/services/create-handlers.ts';
import { CuebotError } from '../../../src/demo/wire/cuebot-error.ts';
import { loadProtocol } from '../../../src/demo/wire/load-protocol.ts';
import { decodeMessage } from '../../../src/demo/wire/message-codec.ts';
import type { RpcHandler } from '../../../src/demo/wire/rpc-handler.ts';
import { encodeRequest } from '../cuebot-client.ts';
import { MODES } from './modes.ts';
import type { RpcCase } from './rpc-case.ts';
import { TABLES } from './tables.ts';

const DELAY_MS = 1000;
const METHODS = new Map(loadProtocol().map((method) => [method.name, method]));
const isQueued = (name: string) => MODES[name]![1] === 'Q' || MODES[name]![1] === 'L';

test('every RPC of a case has its mode', () => {
  const listed = Object.entries(TABLES).flatMap(([service, table]) =>
    Object.keys(table).map((method) => `${service}/${method}`),
  );
  // Render hosts speak to the other service, and not to the demo.
  expect(Object.keys(MODES).filter((name) => !name.startsWith('report.'))).toEqual(listed.sort());
});

test('every queued RPC has a case that shows it', () => {
  const shown = (name: string) => {
    const [service, method] = name.split('/') as [string, string];
    const rows: readonly RpcCase[] = [TABLES[service]![method]!].flat();
    return rows.some(({ state, before, after }) => state && JSON.stringify(before) !== JSON.stringify(after));
  };
  const queued = Object.keys(MODES).filter((name) => isQueued(name) && !name.startsWith('report.'));
  expect(queued.length).toBe(24);
  expect(queued.filter((name) => !shown(name))).toEqual([]);
});

describe.each(Object.entries(TABLES))('%s', (service, table) => {
  let farm: Farm;
  let queue: ManageQueue;
  let launches: ManageQueue;
  let handlers: ReadonlyMap<string, RpcHandler>;

  beforeAll(() => {
    vi.useFakeTimers();
    farm = seedFarm(1, () => 1_800_000_000, {});
    [queue, launches] = [createManageQueue(DELAY_MS), createManageQueue(DELAY_MS)];
    handlers = createHandlers({ farm, queue, launches });
  });

  afterAll(() => {
    queue.close();
    launches.close();
    vi.useRealTimers();
  });

  const cases = Object.entries(table).flatMap(([method, rows]) =>
    [rows].flat().map((row: RpcCase, index) => [`${method} ${index + 1}`, `${service}/${method}`, row] as const),
  );

  test.each(cases.filter(([, name]) => MODES[name]![1] !== 'X'))('%s', async (_title, name, row) => {
    row.arrange?.(farm);
    const method = METHODS.get(name)!;
    const request = decodeMessage(method.requestType, encodeRequest(method, row.request?.(farm) ?? {}));
    try {
      await handlers.get(name)!(request as never);
    } catch (error) {
      if (!(error instanceof CuebotError) || row.fails === undefined) throw error;
    }
    const waits = isQueued(name) && row.fails === undefined;
    const waiting = [queue.stats.waiting, launches.stats.waiting];
    const expected = MODES[name]![1] === 'L' ? [0, 1] : [1, 0];
    expect(waiting, 'work in the queues').toEqual(waits ? expected : [0, 0]);
    expect(row.state?.(farm), 'with the answer').toEqual(waits ? row.before : row.after);
    vi.advanceTimersByTime(DELAY_MS);
    expect(row.state?.(farm), 'when the queue has come to it').toEqual(row.after);
  });
});
