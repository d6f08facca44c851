// The command behind `npm run clients`: what docs/clients.md says of tools that are too large to be dependencies of this project, from
// npm and PyPI, against a demo. What is missing on this machine is skipped, with its reason. `npm run clients -- gql go` tries some alone. Exits 1 when something does not hold.
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';

import { rolldown } from 'rolldown';

import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createGateway } from '../../src/app/gateway.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Fetching everything on a slow line. */
const limitMs = 10 * 60_000;

const codegen = ['@graphql-codegen/cli@7.4.3', '@graphql-codegen/client-preset@6.2.0', '@types/node@20.19.43'];
const openapi = ['openapi-typescript@7.13.0', 'openapi-fetch@0.17.0', 'typescript@5.9.3', '@types/node@20.19.43'];
const caches = ['@urql/core@6.0.3', '@urql/exchange-graphcache@9.0.2', '@apollo/client@4.3.8', 'rxjs@7.8.2'];
const gql = 'gql[websockets]==4.4.0';

/** As a page's bundler is set up. */
const compilerOptions = {
  module: 'preserve',
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: 'es2022',
  types: ['node'],
  allowImportingTsExtensions: true,
};

const wedge = 'testing-shot01-kim_wedge_v001';
const broken = 'demo-sh030-ben_beauty_v012';

const folder = mkdtempSync(join(tmpdir(), 'cuegate-clients-'));
const signal = AbortSignal.timeout(limitMs);
try {
  const checks = { codegen: tryCodegen, web: tryWeb, openapi: tryOpenapi, caches: tryCaches, gql: tryGql, go: tryGo };
  const wanted = process.argv.slice(2);
  for (const [name, check] of Object.entries(checks)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    try {
      say(`${name}: ${await check()}`);
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
      say(`${name} failed: ${error instanceof Error ? error.message : error}\n${stdout}${stderr}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The example in examples/typescript: its types are made and checked, and the gateway executes its operations and no other. */
async function tryCodegen(): Promise<string> {
  const here = await install('codegen', codegen);
  cpSync(`${root}examples/typescript`, here, { recursive: true });
  await run('npx', ['graphql-codegen', '--config', 'codegen.ts'], { cwd: here, signal });
  writeFileSync(join(here, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src', 'codegen.ts'] }));
  await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', here], { cwd: here, signal });
  const bundle = await rolldown({ input: join(here, 'src/retry-dead-frames.ts'), platform: 'node' });
  await bundle.write({ file: join(here, 'example.mjs') });
  const file = join(here, 'src/graphql/persisted-documents.json');
  return withGateway({ PERSISTED_OPERATIONS_FILE: file, PERSISTED_OPERATIONS: 'only' }, async (env) => {
    const { stdout } = await run(process.execPath, ['example.mjs', broken], { cwd: here, env, signal });
    return `${stdout.trim()}, by documentId alone`;
  });
}

/** The page in examples/web, by the commands of its README: what codegen makes is what is committed, and the page is served. */
async function tryWeb(): Promise<string> {
  const here = join(folder, 'web/examples/web');
  const made = 'src/graphql';
  cpSync(`${root}examples/web`, here, { recursive: true });
  cpSync(`${root}schema/schema.graphql`, join(folder, 'web/schema/schema.graphql'));
  rmSync(join(here, made), { recursive: true });
  await run('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: here, signal });
  await run('npm', ['run', 'codegen'], { cwd: here, signal });
  for (const file of readdirSync(`${root}examples/web/${made}`)) {
    const committed = readFileSync(`${root}examples/web/${made}/${file}`, 'utf8');
    if (readFileSync(join(here, made, file), 'utf8') === committed) continue;
    throw new Error(`examples/web/${made}/${file} is stale: run npm run codegen in examples/web`);
  }
  await run('npm', ['run', 'check'], { cwd: here, signal });
  await run('npm', ['run', 'build'], { cwd: here, signal });
  return withGateway({}, async (env) => {
    // Not by npm, which would leave the server behind when it is ended.
    const server = spawn(join(here, 'node_modules/.bin/vite'), ['--host', '127.0.0.1', '--port', '0'], {
      cwd: here,
      env,
      signal,
    });
    try {
      const url = await addressIn(server);
      const page = await (await fetch(url, { signal })).text();
      if (!page.includes('/src/main.tsx')) throw new Error(`the page is missing: ${page}`);
      const headers = { authorization: `Bearer ${env['TOKEN']}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ query: '{ jobs(where: { shows: ["testing"] }) { name } }' });
      const answer = await (await fetch(new URL('/graphql', url), { method: 'POST', headers, body, signal })).text();
      if (!answer.includes(wedge)) throw new Error(`GraphQL behind the page is missing: ${answer}`);
      return 'what is generated is fresh, and the page is built and served';
    } finally {
      server.removeAllListeners('error').on('error', () => undefined);
      // It still writes into the folder that is removed next.
      const ended = once(server, 'close');
      server.kill();
      await ended;
    }
  });
}

/** Waits for the address that a development server prints. */
function addressIn(server: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const hear = (chunk: Buffer) => {
      output += stripVTControlCharacters(chunk.toString());
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(output)?.[0];
      if (url !== undefined) resolve(url);
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.once('close', () => reject(new Error(`the server has ended: ${output}`)));
  });
}

/** The example by OpenAPI: its types are made from the document that the gateway serves. */
async function tryOpenapi(): Promise<string> {
  const here = await install('openapi', openapi);
  cpSync(`${root}examples/typescript/openapi.ts`, join(here, 'openapi.ts'));
  return withGateway({}, async (env) => {
    await run('npx', ['openapi-typescript', `${env['CUEGATE_URL']}/openapi.json`, '-o', 'openapi-types.d.ts'], {
      cwd: here,
      env,
      signal,
    });
    writeFileSync(join(here, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['openapi.ts'] }));
    await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', here], { cwd: here, signal });
    const bundle = await rolldown({ input: join(here, 'openapi.ts'), platform: 'node' });
    await bundle.write({ file: join(here, 'example.mjs') });
    const { stdout } = await run(process.execPath, ['example.mjs', 'testing'], { cwd: here, env, signal });
    if (!stdout.includes(wedge)) throw new Error(`the jobs of the show are missing: ${stdout}`);
    return 'types and answers fit';
  });
}

async function tryCaches(): Promise<string> {
  const here = await install('caches', caches);
  cpSync(`${root}test/clients/caches.mjs`, join(here, 'caches.mjs'));
  return withGateway({}, async (env) =>
    (await run(process.execPath, ['caches.mjs'], { cwd: here, env, signal })).stdout.trim(),
  );
}

async function tryGql(): Promise<string> {
  if (!(await works('python3', ['-c', 'import venv, ensurepip']))) return 'skipped: needs python3 with venv';
  await run('python3', ['-m', 'venv', join(folder, 'venv')], { signal });
  const python = join(folder, 'venv/bin/python');
  await run(python, ['-m', 'pip', 'install', '--quiet', gql], { signal });
  return withGateway({}, (env) => watch(python, [`${root}examples/python/subscribe.py`, wedge], env));
}

async function tryGo(): Promise<string> {
  if (!(await works('go', ['version']))) return 'skipped: needs Go';
  const program = join(folder, 'subscribe');
  await run('go', ['build', '-o', program, `${root}examples/go/subscribe.go`], { signal });
  return withGateway({}, (env) => watch(program, [wedge], env));
}

async function works(program: string, words: readonly string[]): Promise<boolean> {
  return run(program, words).then(
    () => true,
    () => false,
  );
}

/** A folder with some packages, graphql, and the schema. */
async function install(name: string, packages: readonly string[]): Promise<string> {
  const here = join(folder, name);
  cpSync(`${root}schema/schema.graphql`, join(here, 'schema.graphql'));
  writeFileSync(join(here, 'package.json'), '{"private": true, "type": "module"}');
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', '--legacy-peer-deps'];
  await run('npm', [...words, 'graphql@16.15.0', ...packages], { cwd: here, signal });
  return here;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs something with a demo of its own, and the variables that programs find it by. */
async function withGateway(settings: Environment, use: (env: NodeJS.ProcessEnv) => Promise<string>): Promise<string> {
  const cuebot = await createDemoCuebot();
  const secret = 'a-secret-for-tests-with-enough-bytes-in-it';
  const own = { CUEBOT_ENDPOINT: cuebot.endpoint, HOST: '127.0.0.1', REST_PORT: '0', JWT_SECRET: secret };
  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const live = { LIVE_MIN_INTERVAL: '100ms', LIVE_INTERVAL: '100ms' };
  const gateway = await createGateway(
    parseConfig({ environment: { ...own, ...live, ...settings }, flags: {} }),
    logger,
  );
  const token = signToken({ secret, claims: { sub: 'demo', exp: Math.floor(Date.now() / 1000) + 3_600 } });
  try {
    return await use({ ...process.env, CUEGATE_URL: gateway.url, TOKEN: token });
  } finally {
    await gateway.close();
    await cuebot.close();
  }
}

/** Follows a subscription until it has told of a change that is made meanwhile. */
async function watch(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, words, { env, signal });
  let output = '';
  try {
    const seen = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => pattern.test(output) && resolve();
        child.stdout.on('data', look);
        child.once('close', () => reject(new Error(`ended before it said ${pattern}: ${output}`)));
        look();
      });
    const hear = (chunk: Buffer) => {
      output += chunk;
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
    await seen(/\b100\b/);
    const call = async (rpc: string, body: object) => {
      const headers = { authorization: `Bearer ${env['TOKEN']}`, 'content-type': 'application/json' };
      const sent = { method: 'POST', headers, body: JSON.stringify(body), signal };
      return (await fetch(`${env['CUEGATE_URL']}/job.JobInterface/${rpc}`, sent)).json();
    };
    const { job } = (await call('FindJob', { name: wedge })) as { readonly job: { readonly id: string } };
    await call('SetPriority', { job: { id: job.id }, val: 321 });
    await seen(/\b321\b/);
    return 'told of a change';
  } finally {
    child.removeAllListeners('error').on('error', () => undefined);
    child.kill();
  }
}
