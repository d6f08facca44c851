import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';
import { checkStore } from '../../src/doctor/check-store.ts';
import { secret } from '../app/running-gateway.ts';
import { isRedisMissing, startRedis } from '../coordination/redis-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'cuegate-check-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

function examine(environment: Readonly<Record<string, string>>) {
  const { config, problems } = readConfig({
    environment: { CUEBOT_ENDPOINT: '127.0.0.1:1', JWT_SECRET: secret, ...environment },
    flags: {},
  });
  expect(problems.found).toEqual([]);
  return checkStore(config.store!);
}

describe.skipIf(isRedisMissing)('the doctor before a store (skipped where redis-server is missing)', () => {
  it('tells what the server is and who has joined, over TLS, with a password from a file', async () => {
    const [key, certificate, password] = ['key.pem', 'certificate.pem', 'password'].map((name) => join(folder, name));
    const request = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=store'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key!, '-out', certificate!];
    expect(spawnSync('openssl', ['req', ...request, ...names]).status).toBe(0);
    writeFileSync(password!, 'a word of this store\n', { mode: 0o600 });
    const tls = ['--tls-cert-file', certificate!, '--tls-key-file', key!, '--tls-auth-clients', 'no'];
    const server = await startRedis({ settings: ['--requirepass', 'a word of this store', ...tls], tls: true });
    try {
      const url = { REDIS_URL: `rediss://127.0.0.1:${server.port}` };
      expect(await examine({ ...url, REDIS_CA_FILE: certificate!, REDIS_PASSWORD_FILE: password! })).toEqual([
        {
          about: 'store',
          severity: 'ok',
          found: expect.stringMatching(
            /^rediss:\/\/127\.0\.0\.1:\d+ is (?:Redis|Valkey) \d[\d.]*, with maxmemory-policy noeviction and run id \w{40}$/,
          ),
        },
        { about: 'store', severity: 'ok', found: '0 gateways have joined by the prefix "cuegate" and not left' },
      ]);
      const [stranger] = await examine({ ...url, REDIS_PASSWORD_FILE: password! });
      expect(stranger).toMatchObject({ severity: 'error', found: expect.stringContaining('certificate') });
      const [refused] = await examine({ ...url, REDIS_CA_FILE: certificate!, REDIS_PASSWORD: 'another word' });
      expect(refused).toMatchObject({ severity: 'error', found: expect.stringContaining('WRONGPASS') });
      expect(JSON.stringify(refused)).not.toContain('another word');
    } finally {
      await server.stop();
    }
  });

  it('says why a server that may forget cannot be used, and that nobody is there', async () => {
    const server = await startRedis({ settings: ['--maxmemory-policy', 'allkeys-lru'] });
    const [forgetful] = await examine({ REDIS_URL: server.url });
    expect(forgetful).toMatchObject({ severity: 'error', advice: expect.stringContaining('allkeys-lru') });
    await server.stop();
    const [away] = await examine({ REDIS_URL: server.url });
    expect(away).toMatchObject({ severity: 'error', found: expect.stringContaining('ECONNREFUSED') });
  });
});
