import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';

import { version } from '../../src/app/version.ts';
import { read, pathOf } from './deployed-settings.ts';

const text = read('Dockerfile');
const last = text.split(/^(?=FROM )/m).at(-1)!;

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  }
});

/** The words of an instruction in its exec form. */
const wordsOf = (instruction: string): readonly string[] =>
  JSON.parse(new RegExp(`^ *${instruction} (?:[^[\\n]*)(\\[.*\\])$`, 'm').exec(last)![1]!);

/** The variables that the image brings along. */
const environment = Object.fromEntries(
  [...last.matchAll(/^ENV (.*)$/gm)].flatMap(([, pairs = '']) => pairs.split(' ').map((pair) => pair.split('='))),
);

/** Starts the program as the image does, with the built files of this checkout. */
function run(words: readonly string[], more: Readonly<Record<string, string>>) {
  const [program = '', ...args] = words;
  const child = spawn(program, args, {
    cwd: pathOf('.'),
    env: { PATH: process.env['PATH'], ...environment, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

async function outputUntil(child: ChildProcess, pattern: RegExp): Promise<string> {
  let output = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  while (!pattern.test(output)) output += String((await once(child.stdout!, 'data'))[0]);
  return output;
}

/** What the health check of the image ends with. */
async function check(more: Readonly<Record<string, string>>): Promise<number> {
  const [code] = await once(run(healthCheck, more), 'exit');
  return code;
}
const healthCheck: readonly string[] = JSON.parse(/^HEALTHCHECK .*\\\n\s*CMD (\[.*\])$/m.exec(last)![1]!);

describe('Dockerfile', () => {
  it('ships the npm package and its dependencies, and nothing else', () => {
    expect(text).toMatch(/^RUN npm ci --omit=dev --ignore-scripts/m);
    const copied = [...last.matchAll(/^COPY --from=(\w+) (\S+) (\S+)$/gm)].map(([, ...words]) => words);
    expect(copied).toEqual([
      ['dependencies', '/cuegate/node_modules', './node_modules'],
      ['build', '/shipped', './'],
      ['started', '/cuegate/dist/compile-cache', './dist/compile-cache'],
    ]);
    expect(last.match(/^COPY /gm)).toHaveLength(copied.length);
  });

  it('adds curl and no other package, since health checks of OpenCue call it', () => {
    const installed = [...last.matchAll(/apt-get install ([^&]*)/g)].map(([, words = '']) => words.trim());
    expect(installed).toEqual(['-y --no-install-recommends curl']);
    expect(last.match(/^RUN /gm)).toHaveLength(1);
  });

  it('runs as a number that is not root', () => {
    expect([...last.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).toEqual(['1000:1000']);
  });

  it('knows no secret', () => {
    expect(text).not.toMatch(/^(?:ARG|ENV) .*(?:SECRET|TOKEN|KEY)/m);
  });

  it('says which version and which commit it is', () => {
    expect(last).toMatch(new RegExp(`^ARG VERSION=${version.replaceAll('.', '\\.')}$`, 'm'));
    const labels = [...last.matchAll(/org\.opencontainers\.image\.(\w+)=/g)].map(([, label]) => label);
    expect(labels).toEqual(['title', 'description', 'licenses', 'version', 'revision', 'source']);
    const { description, license } = JSON.parse(read('package.json'));
    expect(last).toContain(`image.description="${description}"`);
    expect(last).toContain(`image.licenses="${license}"`);
    const release = read('.github/workflows/release.yml');
    for (const argument of ['VERSION', 'REVISION', 'SOURCE']) expect(release).toContain(`            ${argument}=`);
  });

  it('is not handed what it need not see', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const path of ['.git', 'node_modules', 'dist', 'test', '.env*', '*secret*', '*.pem', '*.key']) {
      expect(ignored).toContain(path);
    }
  });

  it('runs node without a shell before it, which would keep SIGTERM', () => {
    expect(wordsOf('ENTRYPOINT')).toEqual(['node', 'dist/cli.js']);
    expect(/^CMD (.*)$/m.exec(last)![1]).toBe('["serve"]');
  });
});

describe('what the image runs', () => {
  it.each([{}, { HOST: '127.0.0.1' }])(
    'is found healthy by its health check, ends by SIGTERM, and is gone then: %o',
    async (host) => {
      const demo = run([...wordsOf('ENTRYPOINT'), 'demo', '--still'], { REST_PORT: '0', ...host });
      const output = await outputUntil(demo, /Ctrl\+C/);
      const url = /GraphiQL +(http\S+)\/graphql/.exec(output)![1]!;
      // All of a container, unless HOST says otherwise: published ports do not lead to loopback. It is what the image is for, so
      // this one server of a test listens everywhere.
      expect(new URL(url).hostname).toBe('HOST' in host ? host.HOST : 'localhost');
      const settings = { REST_PORT: new URL(url).port, ...host };
      expect(await check(settings)).toBe(0);
      demo.kill('SIGTERM');
      expect(await once(demo, 'exit')).toEqual([0, null]);
      expect(await check(settings)).toBe(1);
    },
  );

  it('keeps a demo without tokens to itself', async () => {
    const demo = run([...wordsOf('ENTRYPOINT'), 'demo', '--still'], { REST_PORT: '0', AUTH: 'none' });
    expect(await outputUntil(demo, /Ctrl\+C/)).toContain('http://127.0.0.1:');
  });

  it('answers the health check of OpenCue’s compose file as the Go gateway does: 401, which is 22 of curl', async () => {
    const demo = run([...wordsOf('ENTRYPOINT'), 'demo', '--still'], { REST_PORT: '0' });
    const url = /GraphiQL +(http\S+)\/graphql/.exec(await outputUntil(demo, /Ctrl\+C/))![1]!;
    expect((await fetch(`${url}/`, { headers: { accept: '*/*' } })).status).toBe(401);
  });
});
