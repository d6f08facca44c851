import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { StepTable } from './step-table.ts';

/** The release whose tools are tried; `packaging` is what pyoutline forgets to ask for. */
const packages = [
  ...['opencue-pycue', 'opencue-pyoutline', 'opencue-cueadmin'].map((name) => `${name}==1.37.0`),
  'packaging==26.4',
];

const run = promisify(execFile);

/** OpenCue's own Python tools, ready to be used. */
export interface PythonTools {
  /** Starts a script of this folder. @param cuebotHosts where its pycue looks for Cuebot */
  start(script: string, words: readonly string[], cuebotHosts: string): PythonScript;
  /** Runs a script that prints steps, and adds them to a table. Never rejects: what it dies of is a failed step. */
  runSteps(options: {
    readonly table: StepTable;
    readonly way: string;
    readonly script: string;
    readonly words: readonly string[];
    readonly cuebotHosts: string;
  }): Promise<void>;
}

/** A script under way. */
export interface PythonScript {
  /** The next line that it prints; undefined when it has ended well. Rejects with what it wrote when it has not. */
  nextLine(): Promise<string | undefined>;
  send(line: string): void;
}

/** What is missing for them, as people say it; undefined when nothing is. */
export async function missingForTools(): Promise<string | undefined> {
  if (process.env['PYCUE_PYTHON'] !== undefined) return undefined;
  return run('python3', ['-c', 'import venv, ensurepip']).then(
    () => undefined,
    () => 'needs python3 with venv',
  );
}

/**
 * Installs the tools from PyPI into a folder, unless PYCUE_PYTHON names a Python that has them. Rejects when they cannot be had.
 *
 * @param signal ends whatever runs
 */
export async function preparePythonTools(folder: string, signal: AbortSignal): Promise<PythonTools> {
  const python = process.env['PYCUE_PYTHON'] ?? (await install(folder, signal));
  const start = (script: string, words: readonly string[], cuebotHosts: string): PythonScript => {
    // The tools read settings from the home folder, and shall not find those of whoever runs this.
    const env = { PATH: process.env['PATH'], HOME: folder, CUEBOT_HOSTS: cuebotHosts, PYTHONDONTWRITEBYTECODE: '1' };
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn(python, [path, ...words], { env, signal });
    const ended = once(child, 'close');
    // Told by nextLine.
    ended.catch(() => undefined);
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    // It may have ended already, which nextLine tells.
    child.stdin.on('error', () => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      nextLine: async () => {
        const { done, value } = await lines.next();
        if (!done) return value;
        const [code] = await ended;
        if (code !== 0) throw new Error(`${script} ended with ${code}: ${errors.trim().slice(-1_000)}`);
        return undefined;
      },
      send: (line) => void child.stdin.write(`${line}\n`),
    };
  };
  return {
    start,
    runSteps: async ({ table, way, script, words, cuebotHosts }) => {
      const running = start(script, words, cuebotHosts);
      try {
        for (let line = await running.nextLine(); line !== undefined; line = await running.nextLine()) {
          const [result, what = '', problem = ''] = line.split('\t');
          if (result === 'passed') table.add({ way, what });
          else table.add({ way, what, problem });
        }
      } catch (error) {
        table.add({ way, what: script, problem: String(error) });
      }
    },
  };
}

async function install(folder: string, signal: AbortSignal): Promise<string> {
  await run('python3', ['-m', 'venv', join(folder, 'venv')], { signal });
  const python = join(folder, 'venv/bin/python');
  await run(python, ['-m', 'pip', 'install', '--quiet', ...packages], { signal });
  return python;
}
