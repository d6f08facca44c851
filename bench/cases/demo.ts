import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { BenchCase } from '../bench-case.ts';
import { processorTimeMs } from '../processor-time.ts';

/** How long its farm lives before it is looked at, and how long it is looked at. */
const settleMs = 10_000;
const watchMs = 30_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a large demo may take: seconds, MiB, percent of one core. */
const goals = { readyS: 5, residentMiB: 2_048, corePercent: 25 } as const;

interface Measured {
  readonly readyS: number;
  /** Processor time until then. */
  readonly readyCpuS: number;
  readonly residentMiB: number;
  readonly corePercent: number;
}

/** The demo by itself: nobody asks, and time passes at its own speed. */
export const bench: BenchCase = {
  name: 'demo',
  question: 'What does a demo take whose farm lives, and nobody looks at it?',
  run: async () => {
    const small = await measure('small');
    const large = await measure('large');
    const row = (name: string, measured: Measured) => [
      name,
      ...(['readyS', 'readyCpuS', 'residentMiB', 'corePercent'] as const).flatMap((key) => [
        measured[key].toFixed(1),
        (measured[key] / small[key]).toFixed(1),
      ]),
    ];
    const judged = (['readyS', 'residentMiB', 'corePercent'] as const).map((key) =>
      large[key] <= goals[key] ? 'met' : '**missed**',
    );
    return {
      columns: [
        'demo',
        'ready, s',
        'times small',
        'CPU until then, s',
        'times small',
        'memory, MiB',
        'times small',
        'of one core, %',
        'times small',
      ],
      rows: [row('--size small', small), row('--size large', large)],
      notes: [
        `Memory and processor time of all threads over ${watchMs / 1_000} s at speed 1, from ${settleMs / 1_000} s after being ready on; Linux only. ` +
          `Goals for large: ${goals.readyS} s (${judged[0]}), ${goals.residentMiB} MiB (${judged[1]}), ${goals.corePercent}% (${judged[2]}).`,
      ],
    };
  },
};

async function measure(size: 'small' | 'large'): Promise<Measured> {
  const begin = performance.now();
  const child = spawn(process.execPath, ['dist/cli.js', 'demo', '--size', size], {
    cwd: root,
    env: { ...process.env, HOST: '127.0.0.1', REST_PORT: '0', GRPC_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let output = '';
      const hear = (chunk: Buffer) => {
        output += chunk;
        if (/http:\/\/127\.0\.0\.1:\d+/.test(output)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', () => reject(new Error(`the demo ended before it was ready: ${output}`)));
    });
    const readyS = (performance.now() - begin) / 1_000;
    const readyCpuS = processorTimeMs(child.pid!) / 1_000;
    await wait(settleMs);
    const before = processorTimeMs(child.pid!);
    await wait(watchMs);
    const corePercent = ((processorTimeMs(child.pid!) - before) / watchMs) * 100;
    const kibibytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
    return { readyS, readyCpuS, residentMiB: kibibytes / 1_024, corePercent };
  } finally {
    child.kill('SIGKILL');
  }
}
