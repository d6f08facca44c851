import { afterEach, describe, expect, it, vi } from 'vitest';

import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import { CuebotPool, type PoolWatch } from '../../src/upstream/cuebot-pool.ts';
import { type Endpoint, parseEndpoint } from '../../src/upstream/parse-endpoint.ts';
import type { LookUp } from '../../src/upstream/resolve-host.ts';
import { method } from '../pipeline/calls.ts';
import { openDoor } from './door.ts';

const probe = method('GetSystemStats', { fullName: 'cue.CueInterface/GetSystemStats' });
const soon = { timeout: 60_000, interval: 20 };
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A Cuebot that is there at several addresses of loopback, under one port. */
async function cuebotAt(...hosts: readonly string[]): Promise<number> {
  const cuebot = await createDemoCuebot();
  opened.push(() => cuebot.close());
  let port = 0;
  for (const host of hosts) {
    const door = await openDoor(cuebot.port, host, port);
    opened.push(door.close);
    port = door.port;
  }
  return port;
}

function poolOf(names: readonly string[], lookUp: LookUp) {
  const log: string[] = [];
  const tell: Logger['info'] = (_, message) => void log.push(message);
  const logger = { debug: tell, info: tell, warn: tell, error: tell };
  const endpoints = names.map((name) => parseEndpoint(name) as Endpoint);
  const pool = new CuebotPool({ endpoints, maxReceiveBytes: 1_000_000, logger, lookUp });
  opened.push(() => pool.close());
  const events: string[] = [];
  const watch: PoolWatch = {
    probe,
    database: undefined,
    onOpened: ({ name }) => events.push(`+${name}`),
    onSetAside: ({ name }) => events.push(`!${name}`),
    onClosed: ({ name }) => events.push(`-${name}`),
  };
  return { pool, log, events, start: () => pool.start(watch), states: () => pool.cuebots.map(({ state }) => state) };
}

/** Addresses by name; what is not there is not known. */
const knows =
  (names: Readonly<Record<string, readonly string[]>>): LookUp =>
  async (host, family) => {
    const found = (names[host] ?? []).filter((address) => address.includes(':') === (family === 6));
    if (found.length > 0) return found;
    throw Object.assign(new Error(host), { code: 'ENOTFOUND' });
  };

describe('CuebotPool', () => {
  it('takes every address of a dns: name for a Cuebot, and of a plain name one', async () => {
    const port = await cuebotAt('127.0.0.1', '127.0.0.2', '127.0.0.3');
    const names = { many: ['127.0.0.2', '127.0.0.1'], one: ['127.0.0.3', '127.0.0.4'] };
    const { pool, start, states } = poolOf([`dns:///many:${port}`, `one:${port}`], knows(names));
    expect(await start()).toEqual([]);
    expect(pool.cuebots.map(({ name }) => name)).toEqual([`127.0.0.1:${port}`, `127.0.0.2:${port}`, `one:${port}`]);
    expect(states()).toEqual(['ready', 'ready', 'ready']);
    expect(pool.isReady).toBe(true);
  });

  it('resolves again: Cuebots come and go', async () => {
    const port = await cuebotAt('127.0.0.1', '127.0.0.2');
    const names = { many: ['127.0.0.1', '127.0.0.9'] };
    const { pool, start, events } = poolOf([`dns:///many:${port}`], knows(names));
    await start();
    names.many = ['127.0.0.1', '127.0.0.2'];
    await vi.waitFor(() => expect(pool.cuebots.map(({ state }) => state)).toEqual(['ready', 'ready']), soon);
    expect(events).toEqual([`+127.0.0.1:${port}`, `+127.0.0.9:${port}`, `+127.0.0.2:${port}`, `-127.0.0.9:${port}`]);
  });

  it('keeps what a name led to while it cannot be resolved', async () => {
    const port = await cuebotAt('127.0.0.1');
    let isAway = false;
    const lookUp: LookUp = async () => {
      if (isAway) throw Object.assign(new Error('away'), { code: 'EAI_AGAIN' });
      return ['127.0.0.1'];
    };
    const { pool, start, log } = poolOf([`dns:///many:${port}`, '127.0.0.1:1'], lookUp);
    await start();
    isAway = true;
    await vi.waitFor(() => expect(log).toContain('the name of a Cuebot cannot be resolved'), soon);
    expect(pool.cuebots.map(({ state }) => state)).toEqual(['ready', 'unchecked']);
  });

  it('starts without names that cannot be resolved, and takes them in when they can', async () => {
    const port = await cuebotAt('127.0.0.1');
    const names: Record<string, readonly string[]> = {};
    const { pool, start } = poolOf([`dns:///many:${port}`], knows(names));
    expect(await start()).toEqual([]);
    expect([pool.cuebots, pool.isReady]).toEqual([[], false]);
    names['many'] = ['127.0.0.1'];
    await vi.waitFor(() => expect(pool.isReady).toBe(true), soon);
  });

  it.each([
    [
      'two names',
      (port: number) => [`one:${port}`, `other:${port}`],
      /names one:\d+ and other:\d+, which are both 127/,
    ],
    [
      'a name and an address',
      (port: number) => [`dns:///one:${port}`, `127.0.0.1:${port}`],
      /names dns:\/\/\/one:\d+ and 127\.0\.0\.1:\d+, which are both 127/,
    ],
  ])('refuses to start with one Cuebot by %s', async (_, namesOf, problem) => {
    const port = await cuebotAt('127.0.0.1');
    const lookUp = knows({ one: ['127.0.0.1'], other: ['127.0.0.1'], '127.0.0.1': ['127.0.0.1'] });
    const { start } = poolOf(namesOf(port), lookUp);
    expect(await start()).toEqual([expect.stringMatching(problem)]);
  });
});
