import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { ready } from '../../src/commands/ready.ts';
import { createAuthority } from '../certificates.ts';
import { startGateway, type TestGateway } from '../app/running-gateway.ts';

/** What the command prints for these settings; rejects as it does. */
async function ask(environment: Readonly<Record<string, string>>): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await ready({ environment, flags: {}, words: [], values: {}, switches: new Set() });
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

describe('cuegate ready', () => {
  let running: TestGateway;
  beforeAll(async () => {
    running = await startGateway();
  });
  afterAll(() => running.close());

  it.each([{ HOST: '127.0.0.1' }, { HOST: '0.0.0.0' }, {}])(
    'ends well when the gateway takes traffic: %o',
    async (host) => {
      const { port } = new URL(running.url);
      await vi.waitUntil(async () => (await fetch(`${running.url}/readyz`)).ok, { timeout: 30_000 });
      expect(await ask({ REST_PORT: port, ...host })).toBe('ready\n');
    },
  );

  it('asks by TLS where that is spoken', async () => {
    const authority = createAuthority();
    const { certFile, keyFile } = authority.issue('DNS:cuegate.studio.example');
    const settings = { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile };
    const secured = await startGateway({ settings });
    try {
      const environment = { REST_PORT: String(secured.gateway.port), HOST: '127.0.0.1', ...settings };
      await vi.waitUntil(async () => (await ask(environment).catch(() => '')) === 'ready\n', { timeout: 30_000 });
    } finally {
      await secured.close();
      authority.remove();
    }
  });

  it('says why it does not', async () => {
    await running.cuebot.close();
    const { port } = new URL(running.url);
    await vi.waitUntil(async () => !(await fetch(`${running.url}/readyz`)).ok, { timeout: 30_000 });
    await expect(ask({ REST_PORT: port, HOST: '127.0.0.1' })).rejects.toThrow(
      /^not ready: .*\/readyz answers 503: .*Cuebot cannot be reached/,
    );
    await expect(ask({ REST_PORT: '2', HOST: '127.0.0.1' })).rejects.toThrow(
      /^not ready: nothing answers at http:\/\/127\.0\.0\.1:2\/readyz \(ECONNREFUSED\)$/,
    );
  });
});
