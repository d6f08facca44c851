import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';

import { type BenchCase, median } from '../bench-case.ts';
import { type Load, type Program, sendLoad, startProgram } from '../load.ts';

const rounds = 7;
const requests = 2_000;
const connections = 8;

const secret = 'a-secret-for-benches-with-enough-bytes-in-it';
const issuer = 'http://127.0.0.1/issuer';
const audience = 'cuegate';

/** What telling who calls costs, for tokens that have been seen before, as those of people and pages have. */
export const bench: BenchCase = {
  name: 'authentication',
  question: 'What does a bearer token add to the cost of FindShow?',
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
    ];
    try {
      const times = await measure(subjects.map(([, program, token]) => [program, loadOf(program, token)]));
      return {
        columns: ['tokens', 'ms of CPU per request', 'times AUTH=none'],
        rows: subjects.map(([name], index) => [name, times[index]!.toFixed(3), (times[index]! / times[0]!).toFixed(2)]),
        notes: [`Medians of ${rounds} rounds of ${requests} requests, whole processes. The goal is 1.15 at most.`],
      };
    } finally {
      for (const [, program] of subjects) program.stop();
      cuebot.stop();
      keyServer.close();
    }
  },
};

/** Processor time per request, in milliseconds; the programs take turns, and the first round warms up. */
async function measure(loads: readonly (readonly [Program, Load])[]): Promise<readonly number[]> {
  const times = loads.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, [program, load]] of loads.entries()) {
      const before = program.cpuMs();
      await sendLoad(load, requests, connections);
      if (round > 0) times[index]?.push((program.cpuMs() - before) / requests);
    }
  }
  return times.map(median);
}

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
