import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createGateway } from '../../src/app/gateway.ts';
import { readConfig } from '../../src/config/config.ts';
import { UserError } from '../../src/errors/user-error.ts';
import type { Logger } from '../../src/telemetry/logger.ts';

import { secret } from './running-gateway.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

let folder: string;
let taken: Server;
let takenPort: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-'));
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  takenPort = (taken.address() as AddressInfo).port;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  taken.close();
});

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** What people are told when a gateway with these settings does not start. */
async function failureOf(settings: Readonly<Record<string, string>>): Promise<string> {
  const environment = { CUEBOT_ENDPOINT: '127.0.0.1:1', HOST: '127.0.0.1', REST_PORT: '0', JWT_SECRET: secret };
  const { config, problems } = readConfig({ environment: { ...environment, ...settings }, flags: {} });
  const error = await createGateway(config, quiet, { problems }).then(
    () => 'it started',
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

describe('a gateway that cannot start', () => {
  it('tells the mistakes of settings and of all files together, each under its setting', async () => {
    const message = await failureOf({
      REST_SERVICES: 'jobs.*',
      GRPC_TIMEOUT: 'soon',
      POLICY_FILE: join(folder, 'nowhere.yaml'),
      API_KEYS_FILE: file('keys.json', '{'),
    });
    expect(message.split('\n')[0]).toBe('cuegate cannot start with these settings:');
    const told = message.split('\n').filter((line) => line.startsWith('  - '));
    expect(told.map((line) => /^ {2}- ([A-Z_]+)/.exec(line)?.[1])).toEqual([
      'GRPC_TIMEOUT',
      'POLICY_FILE',
      'REST_SERVICES',
      'API_KEYS_FILE',
    ]);
  });

  it('says that a port is taken, of either listener', async () => {
    const port = String(takenPort);
    const where = `port ${port} of 127.0.0.1 is taken by another program. Stop that one, or set another port; 0 picks a free one`;
    expect(await failureOf({ REST_PORT: port })).toBe(`REST_PORT: ${where}`);
    expect(await failureOf({ METRICS_PORT: port })).toBe(`METRICS_PORT: ${where}`);
  });

  it('says that an address is not of this machine, or of no machine', async () => {
    // TEST-NET-1 is nobody's address (RFC 5737), and .invalid nobody's name (RFC 6761).
    expect(await failureOf({ HOST: '192.0.2.1' })).toBe(
      'HOST: this machine has no address 192.0.2.1. Set one of its own, such as 127.0.0.1',
    );
    expect(await failureOf({ HOST: 'nowhere.invalid' })).toBe(
      'HOST: no address is known for the name "nowhere.invalid". Set an address, or mend the name',
    );
  });
});

describe('the program', () => {
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

  /** Runs a command of the built program to its end. */
  async function run(command: string, settings: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [cli, command], { env: { PATH: process.env['PATH'], ...settings } });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const [code] = await once(child, 'close');
    return { code, stderr };
  }

  it.each(['demo', 'serve'])('ends `cuegate %s` with 1 and one sentence when its port is taken', async (command) => {
    const settings = { HOST: '127.0.0.1', REST_PORT: String(takenPort), JWT_SECRET: secret };
    expect(await run(command, { CUEBOT_ENDPOINT: '127.0.0.1:1', ...settings })).toEqual({
      code: 1,
      stderr: `REST_PORT: port ${takenPort} of 127.0.0.1 is taken by another program. Stop that one, or set another port; 0 picks a free one\n`,
    });
  });

  it('ends `cuegate demo` with 1 when a setting is wrong', async () => {
    expect(await run('demo', { REST_PORT: '84a' })).toEqual({
      code: 1,
      stderr: 'cuegate cannot start with these settings:\n  - REST_PORT is "84a"; expected a port from 0 to 65535\n',
    });
  });

  it('ends with 1 and no stack when reflection finds no server', async () => {
    const { code, stderr } = await run('serve', {
      CUEBOT_ENDPOINT: '127.0.0.1:1',
      PROTO_SOURCE: 'reflection',
      JWT_SECRET: secret,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cuegate cannot start with these settings:\n {2}- PROTO_SOURCE: /);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});
