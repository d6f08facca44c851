// The command behind `npm run pycue`: OpenCue's own Python tools, from PyPI, against a demo Cuebot. pycue lists, changes and kills,
// pyoutline submits, cueadmin administers. Exits 0 when all of it holds, or when there is no Python to try it with; 1 otherwise.
// PYCUE_PYTHON: a Python that has the packages already.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

/** The release whose tools are tried; `packaging` is what pyoutline forgets to ask for. */
const packages = ['opencue-pycue', 'opencue-pyoutline', 'opencue-cueadmin'].map((name) => `${name}==1.37.0`);

/** Fetching the packages on a slow line, and a dozen starts of Python. */
const limitMs = 10 * 60_000;

const run = promisify(execFile);
const say = (line: string) => void process.stdout.write(`${line}\n`);

const missing = await missingForPycue();
if (missing === undefined) process.exitCode = (await tryTools()) ? 0 : 1;
else say(`skipped: ${missing}`);

/** What is missing, as people say it; undefined when nothing is. */
async function missingForPycue(): Promise<string | undefined> {
  if (process.env['PYCUE_PYTHON'] !== undefined) return undefined;
  return run('python3', ['-c', 'import venv, ensurepip']).then(
    () => undefined,
    () => 'needs python3 with venv',
  );
}

/** Whether all of it holds. */
async function tryTools(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-pycue-'));
  const signal = AbortSignal.timeout(limitMs);
  const cuebot = await createDemoCuebot();
  try {
    const python = process.env['PYCUE_PYTHON'] ?? (await installTools(folder, signal));
    const script = fileURLToPath(new URL('try-tools.py', import.meta.url));
    // The tools read settings from the home folder, and shall not find those of whoever runs this.
    const env = { PATH: process.env['PATH'], HOME: folder, CUEBOT_HOSTS: cuebot.endpoint };
    const { stdout } = await run(python, [script], { env, signal });
    say(stdout.trim());
    return true;
  } catch (error) {
    say(`failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    await cuebot.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function installTools(folder: string, signal: AbortSignal): Promise<string> {
  say('fetching the packages from PyPI');
  await run('python3', ['-m', 'venv', join(folder, 'venv')], { signal });
  const python = join(folder, 'venv/bin/python');
  await run(python, ['-m', 'pip', 'install', '--quiet', ...packages, 'packaging'], { signal });
  return python;
}
