import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Redis } from 'ioredis';

import type { ChaosCase } from '../chaos-case.ts';
import { startFleet, wait } from '../gateway-fleet.ts';

const calls = 20_000;
const stepSeconds = 10;
const times = 6;

/** The store's clock is set while it grants turns. */
export const chaos: ChaosCase = {
  name: 'store-clock-stepped',
  attack: `As gateways-together, and ${times} times the store's wall clock is set by ${stepSeconds} s, forward and back in turns.`,
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-clock-'));
    const [library, file] = [join(folder, 'set-clock.so'), join(folder, 'offset')];
    const source = fileURLToPath(new URL('../../programs/set-clock.c', import.meta.url));
    const { status, error } = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source], { stdio: 'inherit' });
    if (status !== 0) throw new Error('this attack needs a C compiler', { cause: error });
    const setClock = (seconds: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(seconds));
      // In place, since the store has the file mapped.
      writeFileSync(file, bytes, { flag: 'r+' });
    };
    writeFileSync(file, Buffer.alloc(8));
    const environment = { LD_PRELOAD: library, CLOCK_OFFSET_FILE: file };
    const fleet = await startFleet(3, { redis: { environment } });
    const admin = new Redis(fleet.redis.port, '127.0.0.1');
    const secondsOfStore = async () => Number((await admin.time())[0]);
    let [stepped, largestStep] = [0, 0];
    const stepping = (async () => {
      for (; stepped < times; stepped += 1) {
        await wait(4_000);
        const before = await secondsOfStore();
        setClock(stepped % 2 === 0 ? stepSeconds : 0);
        largestStep = Math.max(largestStep, (await secondsOfStore()) - before);
      }
    })();
    const tally = await fleet.hammer((answered) => answered >= calls && stepped >= times);
    await stepping;
    admin.disconnect();
    await fleet.stop();
    if (largestStep < stepSeconds) throw new Error(`the clock of the store was not set: ${largestStep} s`);
    return [
      { what: 'calls that met the wrong object', value: tally.wrong, unit: 'calls', limit: 0 },
      { what: 'calls that met the right one', value: tally.right, unit: 'calls' },
      { what: 'calls turned away', value: tally.refused, unit: 'calls', limit: 0 },
      { what: 'longest time without an answer', value: tally.longestPauseMs, unit: 'ms' },
    ];
  },
};
