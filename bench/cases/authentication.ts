import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';

import { createApiKey, formatApiKey, hashSecret } from '../../src/authentication/api-keys/api-key.ts';

import { type BenchCase, median, middleHalf } from '../bench-case.ts';
import { type Load, measureInTurns, type Program, startProgram } from '../load.ts';

const rounds = 12;
const warmUpRounds = 3;
const requests = 4_000;
const connections = 8;

const secret = 'a-secret-for-benches-with-enough-bytes-in-it';
const issuer = 'http://127.0.0.1/issuer';
const audience = 'cuegate';

/** What telling who calls costs, for tokens that have been seen before, as those of people and pages have. */
export const bench: BenchCase = {
  name: 'authentication',
  question: 'What does a token or a key add to the cost of FindShow?',
  run: async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keyServer = await serveKeys(await exportJWK(keys.publicKey));
    const cuebot = await startProgram(
      ['test/run-typescript.mjs', '--no-build', 'bench/programs/cuebot.ts'],
      {},
      /(127\.0\.0\.1:\d+)/,
    );
    const common = { CUEBOT_ENDPOINT: cuebot.url, HOST: '127.0.0.1', REST_PORT: '0', LOG_LEVEL: 'info' };
    const start = (settings: Readonly<Record<string, string>>) =>
      startProgram(['dist/cli.js', 'serve'], { ...common, ...settings }, /"url":"([^"]+)"/);
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-bench-'));
    const keysFile = join(folder, 'keys.json');
    const apiKey = createApiKey();
    const sha256 = hashSecret(apiKey.secret).toString('hex');
    writeFileSync(
      keysFile,
      JSON.stringify({ keys: [{ id: apiKey.id, sha256, subject: 'ann', scopes: ['cue:read'] }] }),
    );
    const port = (keyServer.address() as AddressInfo).port;
    const subjects: readonly (readonly [name: string, program: Program, token: string | undefined])[] = [
      ['AUTH=none', await start({ AUTH: 'none' }), undefined],
      [
        'HS256, shared secret',
        await start({ JWT_SECRET: secret }),
        await sign('HS256', new TextEncoder().encode(secret)),
      ],
      [
        'RS256, keys of an issuer',
        await start({
          OIDC_ISSUERS: issuer,
          JWKS_URI: `http://127.0.0.1:${port}/keys`,
          OIDC_AUDIENCE: audience,
          JWT_SECRET: secret,
        }),
        await sign('RS256', keys.privateKey),
      ],
      ['an API key', await start({ API_KEYS_FILE: keysFile }), formatApiKey(apiKey)],
    ];
    try {
      const loads = subjects.map(([, program, token]) => [program, loadOf(program, token)] as const);
      const times = await measureInTurns(loads, { rounds, warmUpRounds, requests, connections });
      return {
        columns: ['shown', 'ms of CPU per request', 'times AUTH=none', 'middle half of the rounds'],
        rows: subjects.map(([name], index) => {
          const ratios = times[index]!.map((time, round) => time / times[0]![round]!);
          const [low, high] = middleHalf(ratios);
          return [
            name,
            median(times[index]!).toFixed(3),
            median(ratios).toFixed(2),
            `${low.toFixed(2)} to ${high.toFixed(2)}`,
          ];
        }),
        notes: [
          `Medians of ${rounds} rounds of ${requests} requests, whole processes, which take turns in changing order; each is ` +
            'compared with AUTH=none in the same round. The goal is 1.15 at most.',
        ],
      };
    } finally {
      for (const [, program] of subjects) program.stop();
      cuebot.stop();
      keyServer.close();
      rmSync(folder, { recursive: true });
    }
  },
};

function loadOf({ url }: Program, token: string | undefined): Load {
  const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  return {
    url: `${url}/show.ShowInterface/FindShow`,
    headers: { 'content-type': 'application/json', ...authorization },
    body: '{"name":"testing"}',
  };
}

function sign(alg: string, key: Parameters<SignJWT['sign']>[0]): Promise<string> {
  const token = new SignJWT({ scope: 'cue:read' }).setProtectedHeader({ alg, kid: 'bench' });
  return token
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('ann')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key);
}

function serveKeys(key: object): Promise<Server> {
  const body = JSON.stringify({ keys: [{ ...key, kid: 'bench', use: 'sig', alg: 'RS256' }] });
  const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(body));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
