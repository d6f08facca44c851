import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type BenchCase, median } from '../bench-case.ts';
import { processorTimeMs } from '../processor-time.ts';

const rounds = 7;
/** How long a process is left alone before its memory is read. */
const idleMs = 2_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What is started, and what it says when it is ready. */
interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  readonly isReady: (output: string) => boolean;
}

const subjects: readonly Subject[] = [
  {
    name: 'bare Node process',
    command: ['node', '-e', 'console.log("ready"); setInterval(() => {}, 1000)'],
    isReady: (output) => output.includes('ready'),
  },
  {
    name: 'npm start (cuegate serve)',
    command: ['node', 'dist/cli.js', 'serve'],
    isReady: (output) => output.includes('cuegate is serving'),
  },
  {
    name: 'the modules one by one',
    command: [
      'node',
      '--input-type=module',
      '-e',
      "(await import('./dist/commands/run-command-line.js')).runCommandLine(['serve'])",
    ],
    isReady: (output) => output.includes('cuegate is serving'),
  },
];

interface Measured {
  readonly readyMs: number;
  readonly cpuMs: number;
  readonly residentMiB: number;
}

/** From the start of the process to the first answer that it could give, and the memory it then holds. */
export const bench: BenchCase = {
  name: 'startup',
  question: 'How long until cuegate serves the 18 protos of OpenCue, and how much memory does it hold when idle?',
  run: async () => {
    const measured = subjects.map((): Measured[] => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, subject] of subjects.entries()) measured[index]?.push(await measure(subject));
    }
    const bare = measured[0]!;
    return {
      columns: [
        'process',
        'ready, ms',
        'times bare',
        'CPU until then, ms',
        'times bare',
        'idle memory, MiB',
        'times bare',
      ],
      rows: subjects.map(({ name }, index) => {
        const cells = (['readyMs', 'cpuMs', 'residentMiB'] as const).flatMap((key) => {
          const [one, other] = [measured[index]!, bare].map((starts) => median(starts.map((start) => start[key])));
          return [one!.toFixed(0), (one! / other!).toFixed(1)];
        });
        return [name, ...cells];
      }),
      notes: [
        `Medians of ${rounds} starts. CPU is that of all threads; memory is the resident set, ${idleMs / 1000} s after being ready; Linux only.`,
      ],
    };
  },
};

async function measure({ command, isReady }: Subject): Promise<Measured> {
  const [program = '', ...words] = command;
  const begin = performance.now();
  const child = spawn(program, words, {
    cwd: root,
    env: { ...process.env, CUEBOT_ENDPOINT: '127.0.0.1:1', AUTH: 'none', REST_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let output = '';
    for await (const chunk of child.stdout) {
      output += chunk;
      if (isReady(output)) break;
    }
    const readyMs = performance.now() - begin;
    const cpuMs = processorTimeMs(child.pid!);
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const kibibytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
    return { readyMs, cpuMs, residentMiB: kibibytes / 1024 };
  } finally {
    child.kill('SIGKILL');
  }
}
