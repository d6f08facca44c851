import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ChaosCase } from '../chaos-case.ts';
import { startFleet, wait } from '../gateway-fleet.ts';

const calls = 20_000;
const stepSeconds = 10;
const times = 6;

/** Debian's package `libfaketime`. */
const library = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find((path) => existsSync(path));

/** The store's clock is set while it grants turns. */
export const chaos: ChaosCase = {
  name: 'store-clock-stepped',
  attack: `As gateways-together, and ${times} times the store's wall clock is set by ${stepSeconds} s, forward and back in turns (libfaketime).`,
  run: async () => {
    if (library === undefined) throw new Error('this attack needs libfaketime: apt-get install libfaketime');
    const file = join(mkdtempSync(join(tmpdir(), 'cuegate-clock-')), 'offset');
    const setClock = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
    setClock(0);
    const environment = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const fleet = await startFleet(3, { redis: { environment } });
    let stepped = 0;
    const stepping = (async () => {
      for (; stepped < times; stepped += 1) {
        await wait(4_000);
        setClock(stepped % 2 === 0 ? stepSeconds : -stepSeconds);
      }
    })();
    const tally = await fleet.hammer((answered) => answered >= calls && stepped >= times);
    await stepping;
    await fleet.stop();
    return [
      { what: 'calls that met the wrong object', value: tally.wrong, unit: 'calls', limit: 0 },
      { what: 'calls that met the right one', value: tally.right, unit: 'calls' },
      { what: 'calls turned away', value: tally.refused, unit: 'calls', limit: 0 },
      { what: 'longest time without an answer', value: tally.longestPauseMs, unit: 'ms' },
    ];
  },
};
