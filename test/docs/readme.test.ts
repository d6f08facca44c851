import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The README as a program: every block is run, in order, as a newcomer would. */

const project = fileURLToPath(new URL('../..', import.meta.url));
/** A copy that is not built yet: `npm run demo` builds it, and other tests run what the project's own build holds. */
const root = `${mkdtempSync(join(tmpdir(), 'cuegate-readme-'))}/`;
cpSync(project, root, {
  recursive: true,
  filter: (path) => !['.git', 'dist', 'node_modules'].includes(relative(project, path)),
});
symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
const readme = readFileSync(`${root}README.md`, 'utf8');
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
const shell = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
const blockWith = (words: string): string =>
  shell.find((text) => text.includes(words)) ?? `exit 1 # the README has no block with ${words}`;
/** What the README says comes out of the block before. */
const outputAfter = (words: string): string => {
  const index = blocks.findIndex(({ text }) => text.includes(words));
  return blocks[index + 1]?.text ?? '';
};

const works = (program: string) => spawnSync(program, ['--version']).status === 0;
const [jq, python] = [works('jq'), works('python3')];

const processes: ChildProcess[] = [];
let url = '';
let token = '';

/** Starts a command that keeps running, and waits until it has said something. */
async function start(command: string, environment: Readonly<Record<string, string>>, until: RegExp): Promise<string> {
  const child = spawn('bash', ['-ec', `exec ${command}`], {
    cwd: root,
    env: { ...process.env, ...environment },
    detached: true,
  });
  processes.push(child);
  let output = '';
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      output += chunk;
      if (until.test(output)) resolve(output);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', () => reject(new Error(`ended before it said ${until}: ${output}`)));
  });
}

/** Runs a block to its end, against the running demo. */
async function run(block: string): Promise<{ stdout: string; stderr: string; code: number }> {
  const here = block.replaceAll('http://127.0.0.1:8448', url).replace(/^export TOKEN=.*$/m, '');
  const environment = { ...process.env, TOKEN: token, JWT_SECRET: '', CUEBOT_ENDPOINT: '' };
  try {
    return {
      ...(await promisify(execFile)('bash', ['-ec', here], { cwd: root, env: environment, maxBuffer: 1e7 })),
      code: 0,
    };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

beforeAll(async () => {
  const output = await start('npm run demo', { REST_PORT: '0' }, /Ctrl\+C/);
  url = /GraphiQL +(http:\S+)\/graphql/.exec(output)?.[1] ?? '';
  token = /^eyJ\S+$/m.exec(output)?.[0] ?? '';
});

afterAll(() => {
  // The group, since npm starts a process of its own.
  for (const { pid } of processes) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

describe('the README', () => {
  it('has at most 180 lines', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(180);
  });

  it('links only to what is there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
  });

  it('begins with two commands, of which the first has been run already', () => {
    expect(shell[0]).toBe('npm ci\nnpm run demo\n');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(token).not.toBe('');
  });

  it('gets a show by REST', async () => {
    const { stdout } = await run(blockWith('FindShow'));
    expect(JSON.parse(stdout)).toMatchObject({
      show: { name: 'testing', active: true, showStats: { createdJobCount: '3' } },
    });
  });

  it('gets a show and its jobs by GraphQL, to the letter', async () => {
    const { stdout } = await run(blockWith('/graphql'));
    expect(stdout.trim()).toBe(outputAfter('show(name:').trim());
  });

  it.skipIf(!jq)('lists dead frames, and kills a job with a reason (skipped where there is no jq)', async () => {
    const { stdout, stderr } = await run(blockWith('call Kill'));
    expect(stdout, stderr).toMatch(/^(?:\d{4}-beauty\n)+\{\}\n?$/);
  });

  it.skipIf(!python)('lists jobs by Python (skipped where there is none)', async () => {
    const script = blocks.find(({ language }) => language === 'python')!.text.replaceAll('http://127.0.0.1:8448', url);
    const { stdout, stderr } = await run(`python3 - <<'EOF'\n${script}EOF\n`);
    expect(stdout, stderr).toMatch(/^testing-shot01-kim_wedge_v001 \d+$/m);
  });

  it('subscribes to jobs', async () => {
    const block = blockWith('subscription {').trim().replaceAll('http://127.0.0.1:8448', url);
    await start(
      `bash -ec '${block.replaceAll("'", `'\\''`)}'`,
      { TOKEN: token },
      /^data: \{"data":\{"jobs":\[\{"name":"testing-/m,
    );
  });

  it('serves in front of a Cuebot, whether or not it is there yet', async () => {
    const [exports, command] = blockWith('npm start').split('npm start');
    expect(command?.trim()).toBe('');
    const output = await start(
      `bash -ec '${exports} exec node dist/cli.js serve'`,
      { REST_PORT: '0' },
      /cuegate is serving/,
    );
    expect(output).toContain('"cuebot":"cuebot:8443"');
    expect(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).scripts.start).toBe('node dist/cli.js serve');
  });

  it('mints a token', async () => {
    const block = blockWith('cli.js token');
    const { stdout } = await run(`export JWT_SECRET=some-secret; ${block}`);
    expect(stdout).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  it('lists its settings', async () => {
    const { stdout } = await run(blockWith('cli.js help'));
    for (const name of ['CUEBOT_ENDPOINT', 'JWT_SECRET', 'PROTO_SOURCE']) expect(stdout).toContain(name);
  });

  it('names every setting that is there, and no other', async () => {
    const named = [...readme.matchAll(/^\| `([^|]+)` \|/gm)].flatMap(([, cell = '']) => cell.split('`, `'));
    const page = readFileSync(`${root}docs/configuration.md`, 'utf8');
    expect(named.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('reports all mistakes of its settings at once', async () => {
    const { stderr, code } = await run(blockWith('REST_PORT=84a'));
    expect(code).toBe(1);
    expect(stderr).toBe(outputAfter('REST_PORT=84a'));
  });

  it('prints its operations for programs', async () => {
    const { stdout } = await run(blockWith('operations --json'));
    expect(JSON.parse(stdout)).toHaveLength(315);
  });

  it('ends with the command that runs this test', () => {
    expect(shell.at(-1)).toBe('npm test\n');
  });

  it('has no block that is not run here', () => {
    expect(blocks.map(({ language }) => language)).toEqual([
      'sh',
      'sh',
      'sh',
      'json',
      'sh',
      'python',
      'sh',
      'sh',
      'sh',
      'sh',
      'sh',
      'text',
      'sh',
      'sh',
    ]);
  });
});

// Last: the demo that all others ask runs from what is built anew here.
describe('npm run demo', () => {
  const builtAt = () => statSync(`${root}dist/cli.js`).mtimeMs;
  const buildIfStale = () => spawnSync(process.execPath, [`${root}build.mjs`, '--if-stale'], { encoding: 'utf8' });

  it('does not build again what is built', () => {
    const before = builtAt();
    expect(buildIfStale()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(builtAt()).toBe(before);
  });

  it('builds again what somebody has changed', () => {
    const before = builtAt();
    // As if the change were the newest thing there is, however coarse the file system's clock.
    const later = new Date(Date.now() + 60_000);
    utimesSync(`${root}src/cli.ts`, later, later);
    expect(buildIfStale()).toMatchObject({ status: 0 });
    expect(builtAt()).toBeGreaterThan(before);
  });
});
