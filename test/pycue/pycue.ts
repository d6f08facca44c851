// The command behind `npm run pycue`: OpenCue's own Python tools, from PyPI, against a demo Cuebot, and then against another one
// through cuegate's GRPC_PORT. pycue lists, changes and kills, pyoutline submits, cueadmin administers. Exits 0 when all of it holds, or when there is no Python to try it with; 1 otherwise.
// PYCUE_PYTHON: a Python that has the packages already.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createGateway } from '../../src/app/gateway.ts';
import { parseConfig } from '../../src/config/config.ts';
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

/** Whether all of it holds, straight and through the gateway. */
async function tryTools(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-pycue-'));
  const signal = AbortSignal.timeout(limitMs);
  try {
    const python = process.env['PYCUE_PYTHON'] ?? (await installTools(folder, signal));
    const script = fileURLToPath(new URL('try-tools.py', import.meta.url));
    // The tools read settings from the home folder, and shall not find those of whoever runs this.
    const environment = { PATH: process.env['PATH'], HOME: folder };
    for (const [name, open] of [
      ['straight', openCuebot],
      ['through GRPC_PORT', () => openGateway(folder)],
    ] as const) {
      const { endpoint, close } = await open();
      say(`${name}:`);
      try {
        const { stdout } = await run(python, [script], { env: { ...environment, CUEBOT_HOSTS: endpoint }, signal });
        say(stdout.trim());
      } finally {
        await close();
      }
    }
    return true;
  } catch (error) {
    say(`failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Opened {
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

async function openCuebot(): Promise<Opened> {
  const { endpoint, close } = await createDemoCuebot();
  return { endpoint, close };
}

/** The tools can show no token, so the policy says what this machine may do. */
async function openGateway(folder: string): Promise<Opened> {
  const cuebot = await createDemoCuebot();
  const policy = join(folder, 'policy.yaml');
  const scopes = 'cue:admin cue:submit cue:grant:launch cue:grant:submit-as';
  writeFileSync(policy, `networks: [{ cidr: 127.0.0.0/8, subject: workstations, scopes: "${scopes}" }]\n`);
  const settings = { HOST: '127.0.0.1', REST_PORT: '0', GRPC_PORT: '0', POLICY_FILE: policy };
  const environment = { CUEBOT_ENDPOINT: cuebot.endpoint, JWT_SECRET: randomBytes(48).toString('hex'), ...settings };
  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const gateway = await createGateway(parseConfig({ environment, flags: {} }), logger);
  const close = async () => {
    await gateway.close();
    await cuebot.close();
  };
  return { endpoint: `127.0.0.1:${gateway.grpcPort}`, close };
}

async function installTools(folder: string, signal: AbortSignal): Promise<string> {
  say('fetching the packages from PyPI');
  await run('python3', ['-m', 'venv', join(folder, 'venv')], { signal });
  const python = join(folder, 'venv/bin/python');
  await run(python, ['-m', 'pip', 'install', '--quiet', ...packages, 'packaging'], { signal });
  return python;
}
