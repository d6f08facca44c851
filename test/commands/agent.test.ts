import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { agentClientId, type DeviceProvider, startDeviceProvider } from '../agent/device-provider.ts';
import { connectGrpc } from '../app/grpc-client.ts';
import { startGateway, type TestGateway } from '../app/running-gateway.ts';
import { audience } from '../authentication/oidc/test-issuer.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const page = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');

let provider: DeviceProvider;
let gateway: TestGateway;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cuegate-agent-'));
  provider = await startDeviceProvider();
  const settings = { OIDC_ISSUERS: provider.url, OIDC_AUDIENCE: audience, PUBLIC_URL: audience };
  gateway = await startGateway({ settings });
});
afterEach(async () => {
  await gateway.close();
  await provider.stop();
  rmSync(folder, { recursive: true });
});

describe('cuegate agent', () => {
  it('finds the issuer, says what to set and where to log in, and ends at a signal', async () => {
    const [, words = ''] = /^cuegate (agent .*)$/m.exec(page) ?? [];
    const args = words.replace('https://cuegate.studio.example', gateway.url).split(' ');
    expect(args).toContain(agentClientId);
    const child = spawn(process.execPath, [cli, ...args], {
      env: { PATH: process.env['PATH'], XDG_RUNTIME_DIR: folder },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    await expect.poll(() => output, { timeout: 60_000 }).toMatch(/and enter the code|shows the code/);
    const [, target = ''] = /CUEBOT_HOSTS=(\S+)/.exec(output)!;
    expect(target).toBe(`unix:${folder}/cuegate/cuebot.sock`);
    const client = connectGrpc(target);
    const { error } = await client.call('show.ShowInterface/FindShow', { name: 'testing' });
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED });
    const [, code] = /the code (\S+);/.exec(error!.details)!;
    expect(output).toContain(code);
    client.close();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says how to go on where the gateway names no issuer', async () => {
    const child = spawn(process.execPath, [cli, 'agent', '--gateway', `${gateway.url}/elsewhere`, '--client-id', 'x'], {
      // A socket of its own, and not that of whoever runs the test.
      env: { PATH: process.env['PATH'], XDG_RUNTIME_DIR: folder },
    });
    let output = '';
    child.stdout.resume();
    child.stderr.on('data', (chunk) => (output += chunk));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(output).toContain(
      '/.well-known/oauth-protected-resource/elsewhere does not say who issues tokens for the gateway',
    );
    expect(output).toContain('Or name the issuer with --issuer');
  });
});
