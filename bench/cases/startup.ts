import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type BenchCase, median } from '../bench-case.ts';

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
];

/** From the start of the process to the first answer that it could give, and the memory it then holds. */
export const bench: BenchCase = {
  name: 'startup',
  question: 'How long until cuegate serves the 18 protos of OpenCue, and how much memory does it hold when idle?',
  run: async () => {
    const measured = subjects.map((): { readyMs: number[]; residentMiB: number[] } => ({
      readyMs: [],
      residentMiB: [],
    }));
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, subject] of subjects.entries()) {
        const { readyMs, residentMiB } = await measure(subject);
        measured[index]?.readyMs.push(readyMs);
        measured[index]?.residentMiB.push(residentMiB);
      }
    }
    const bare = measured[0]!;
    return {
      columns: ['process', 'ready, ms', 'times bare', 'idle memory, MiB', 'times bare'],
      rows: subjects.map(({ name }, index) => {
        const { readyMs, residentMiB } = measured[index]!;
        const ratio = (one: readonly number[], other: readonly number[]) => (median(one) / median(other)).toFixed(1);
        return [
          name,
          median(readyMs).toFixed(0),
          ratio(readyMs, bare.readyMs),
          median(residentMiB).toFixed(0),
          ratio(residentMiB, bare.residentMiB),
        ];
      }),
      notes: [
        `Medians of ${rounds} starts. Memory is the resident set, ${idleMs / 1000} s after being ready, Linux only.`,
      ],
    };
  },
};

async function measure({ command, isReady }: Subject): Promise<{ readyMs: number; residentMiB: number }> {
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
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const kibibytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
    return { readyMs, residentMiB: kibibytes / 1024 };
  } finally {
    child.kill('SIGKILL');
  }
}
