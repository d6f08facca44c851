import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, it } from 'vitest';

import { type OtlpReceiver, startReceiver } from './otlp-receiver.ts';

/** The program as it is built and shipped: what of OpenTelemetry it loads, and what becomes of spans when it stops. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const tellPackages = new URL('tell-packages.mjs', import.meta.url).href;

const children: ChildProcess[] = [];
const folders: string[] = [];
let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  await receiver?.close();
  receiver = undefined;
});

interface RunningProgram {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output has this; fails when the program ends before. */
  readonly says: (text: string) => Promise<void>;
  readonly ended: Promise<number | null>;
}

function run(words: readonly string[], settings: Readonly<Record<string, string>>, folder = root): RunningProgram {
  const child = spawn(process.execPath, ['--import', tellPackages, join(folder, 'dist/cli.js'), ...words], {
    env: { PATH: process.env['PATH'], AUTH: 'none', HOST: '127.0.0.1', REST_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  let arrived = () => {};
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
      arrived();
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    arrived();
    return code as number | null;
  });
  return {
    child,
    output: () => output,
    says: async (text) => {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended without saying "${text}": ${output}`);
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
    ended,
  };
}

/** The program with the packages that `npm ci --omit=optional` leaves: of OpenTelemetry the API, which prom-client needs. */
function installWithoutOptional(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-bare-'));
  folders.push(folder);
  for (const part of ['dist', 'proto', 'schema', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  mkdirSync(join(folder, 'node_modules/@opentelemetry'), { recursive: true });
  const others = readdirSync(join(root, 'node_modules')).filter((name) => name !== '@opentelemetry');
  for (const name of [...others, '@opentelemetry/api']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}

const json = { 'content-type': 'application/json' };
const serve = { CUEBOT_ENDPOINT: '127.0.0.1:1' };

describe('cuegate serve', () => {
  it('loads nothing of OpenTelemetry where nothing is traced', async () => {
    const program = run(['serve'], { ...serve, METRICS_PORT: '0', GRPC_PORT: '0' });
    await program.says('cuegate is serving');
    const { url } = JSON.parse(/^.*cuegate is serving.*$/m.exec(program.output())![0]) as { readonly url: string };
    await fetch(`${url}/show.ShowInterface/FindShow`, { method: 'POST', headers: json, body: '{}' });
    await fetch(`${url}/graphql?query={__typename}`);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.output()).not.toContain('asked for');
  });

  it('loads it where there is an endpoint, and says where traces go', async () => {
    const program = run(['serve'], { ...serve, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1/otlp' });
    await program.says('cuegate is serving');
    expect(program.output()).toContain('"traces":"http://127.0.0.1:1"');
    for (const name of ['sdk-trace', 'exporter-trace-otlp-proto'])
      expect(program.output()).toContain(`asked for @opentelemetry/${name}\n`);
    expect(program.output()).not.toContain('exporter-trace-otlp-http\n');
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it('runs without the packages, and says what to install where they are needed', async () => {
    const folder = installWithoutOptional();
    const without = run(['serve'], serve, folder);
    await without.says('cuegate is serving');
    without.child.kill('SIGTERM');
    expect(await without.ended).toBe(0);
    for (const words of [['serve'], ['serve', '--check-config']]) {
      const program = run(words, { ...serve, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, folder);
      expect(await program.ended).toBe(1);
      const told = program.output().replaceAll(/^asked for .*\n/gm, '');
      expect(told).toMatch(
        /^cuegate cannot start with these settings:\n {2}- OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages that traces take are not installed; they are optional: npm install @opentelemetry\/api@1\.9 .*\n$/,
      );
    }
  });
});

describe('cuegate demo', () => {
  const start = async (settings: Readonly<Record<string, string>>) => {
    receiver = await startReceiver();
    const program = run(['demo', '--port', '0', '--still'], { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    await program.says('Ctrl+C');
    const url = /REST\s+POST (\S+)/.exec(program.output())![1]!;
    const { status } = await fetch(url, { method: 'POST', headers: json, body: '{"name":"testing"}' });
    expect(status).toBe(200);
    return program;
  };

  it('sends what it has when it is stopped', async () => {
    const program = await start({});
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(receiver!.spans.map(({ name }) => name)).toEqual([
      'show.ShowInterface/FindShow',
      'call show.ShowInterface/FindShow',
      'POST /show.ShowInterface/FindShow',
    ]);
  });

  it('ends well although nobody answers', async () => {
    const program = await start({ SHUTDOWN_TIMEOUT: '1s' });
    receiver!.answerWith(undefined);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(receiver!.posts).toHaveLength(1);
  });
});
