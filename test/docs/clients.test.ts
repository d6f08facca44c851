import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';

import { scalarTypes } from '../../src/graphql/schema/scalars.ts';

import { startGateway, type TestGateway } from '../app/running-gateway.ts';

/** docs/clients.md as a program: every command runs against the demo, and every example is in a command. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}docs/clients.md`, 'utf8');
const commands = [...page.matchAll(/^```sh\n(.*)\n```$/gm)].map(([, command = '']) => command);
const commandOf = (example: string): string => {
  const found = commands.find((command) => command.includes(example));
  if (found === undefined) throw new Error(`docs/clients.md has no command with ${example}`);
  return found;
};

const works = (program: string, ...words: readonly string[]) => spawnSync(program, words).status === 0;
const python = works('python3', '--version');
const shell = works('bash', '--version') && works('curl', '--version') && works('jq', '--version');
const gql = works('python3', '-c', 'import gql, websockets');
const go = works('go', 'version');
const pycue = process.env['PYCUE_PYTHON'] ?? (works('python3', '-c', 'import opencue') ? 'python3' : undefined);

const broken = 'demo-sh030-ben_beauty_v012';
const wedge = 'testing-shot01-kim_wedge_v001';

let gateway: TestGateway;
afterEach(() => gateway?.close());

const start = async () => {
  gateway = await startGateway({
    subject: 'demo',
    settings: { GRPC_PORT: '0', POLICY_FILE: `${root}examples/python/pycue-policy.yaml` },
  });
};

/** A command as it stands on the page, on a Node that cannot read TypeScript by itself as well. */
const here = (command: string) => [
  'bash',
  '-ec',
  `exec env ${command
    .replace(/\bnode (\S+\.ts)/, 'node test/run-typescript.mjs --no-build $1')
    .replace('127.0.0.1:8443', `127.0.0.1:${gateway.gateway.grpcPort}`)
    .replace(/\bpython3 (\S*pycue)/, `${pycue} $1`)}`,
];
const environment = (more = {}) => ({ ...process.env, CUEGATE_URL: gateway.url, TOKEN: gateway.token, ...more });

async function run(command: string, more = {}): Promise<{ stdout: string; stderr: string; code: number }> {
  const [program = '', ...words] = here(command);
  try {
    return { ...(await promisify(execFile)(program, words, { cwd: root, env: environment(more) })), code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

/** A command that goes on, and what it has said so far. */
function follow(command: string) {
  const [program = '', ...words] = here(command);
  const child: ChildProcess = spawn(program, words, { cwd: root, env: environment(), detached: true });
  let output = '';
  let heard = () => {};
  const listen = (chunk: Buffer) => {
    output += chunk;
    heard();
  };
  child.stdout!.on('data', listen);
  child.stderr!.on('data', listen);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  onTestFinished(() => {
    // A pipe is a group of processes.
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL');
  });
  return {
    ended,
    output: () => output,
    said: (words: RegExp) =>
      new Promise<void>((resolve, reject) => {
        heard = () => words.test(output) && resolve();
        heard();
        void ended.then((code) => reject(new Error(`ended with ${code} before it said ${words}: ${output}`)));
      }),
  };
}

const jobOf = async (name: string) => (await gateway.rest('job.JobInterface/FindJob', { name })).json.job;

describe('docs/clients.md', () => {
  it('links only to what is there', () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => !existsSync(new URL(`../../docs/${path}`, import.meta.url)))).toEqual([]);
  });

  it('has a command for every example, and a test here for every command', () => {
    const examples = ['shell', 'python', 'javascript', 'go']
      .flatMap((folder) => readdirSync(`${root}examples/${folder}`).map((file) => `examples/${folder}/${file}`))
      .filter((path) => !path.endsWith('.yaml') && !path.endsWith('__pycache__'));
    expect(examples.filter((path) => !commands.some((command) => command.includes(path)))).toEqual([]);
    const tested = readFileSync(fileURLToPath(import.meta.url), 'utf8');
    expect(
      examples.map((path) => path.split('/').at(-1)!).filter((file) => !tested.includes(`commandOf('${file}')`)),
    ).toEqual([]);
  });
});

describe.skipIf(!shell)('with curl and jq (skipped where one of them is missing)', () => {
  it('lists the dead frames of a job', async () => {
    await start();
    const { stdout, stderr } = await run(commandOf('dead-frames.sh'));
    expect(stdout.trim().split('\n'), stderr).toHaveLength((await jobOf(broken)).jobStats.deadFrames);
    expect(stdout).toMatch(/^\d{4}-beauty {2}exit status 1, \d+ retries, on rqd\d+\/8\.00\/0$/m);
  });

  it('says what is wrong, and that the command failed', async () => {
    await start();
    const { stderr, code } = await run(commandOf('dead-frames.sh').replace(broken, 'nobody'));
    expect(code).not.toBe(0);
    expect(stderr).toContain('"code":5');
  });

  it('kills a job with a reason, and none without', async () => {
    await start();
    const { id } = await jobOf(broken);
    const command = commandOf('kill-job.sh');
    expect(await run(command.replace(/"[^"]*"$/, '""'))).toMatchObject({ code: 1 });
    expect(await run(command)).toMatchObject({ stdout: `${broken} will be killed\n` });
    await expect
      .poll(async () => (await gateway.rest('job.JobInterface/GetJob', { id })).json.job.state, { timeout: 60_000 })
      .toBe('FINISHED');
  });

  it('submits a job once, however often it tries', async () => {
    await start();
    const submit = () => run(commandOf('submit.sh'), { KEY: 'first-light-1' });
    const { stdout, stderr } = await submit();
    expect(stdout, stderr).toMatch(/^[0-9a-f-]{36} testing-sh010-demo_first_light\n$/);
    expect((await submit()).stdout).toBe(stdout);
    expect(gateway.cuebot.calls.get('job.JobInterface/LaunchSpecAndWait')).toBe(1);
  });

  it('subscribes, and is told of a change', async () => {
    await start();
    await watchesPriority(commandOf('subscribe.sh'));
  });
});

/** A subscription's command says how a job is doing, and says it anew when its priority has been set. */
async function watchesPriority(
  command: string,
  before = /"priority":100,.*\n/,
  after = /"priority":321,.*\n/,
): Promise<void> {
  const { said } = follow(command);
  await said(before);
  const { id } = await jobOf(wedge);
  await gateway.rest('job.JobInterface/SetPriority', { job: { id }, val: 321 });
  await said(after);
}

describe.skipIf(!python)('with Python (skipped where there is none)', () => {
  it('lists the dead frames of a job, retries them, and follows the job to its end', async () => {
    await start();
    const { id, jobStats } = await jobOf(broken);
    const { said, ended, output } = follow(commandOf('retry_dead_frames.py'));
    await said(/ done, 0 dead$/m);
    expect(output().match(/^\d{4}-\w+ died with -?\d+ after \d+ retries$/gm)).toHaveLength(jobStats.deadFrames);
    await gateway.rest('job.JobInterface/Kill', { job: { id }, reason: 'the test is over' });
    expect(await ended, output()).toBe(0);
    expect(output()).toMatch(/^FINISHED: .*\n$/m);
  });

  it('says what is wrong', async () => {
    await start();
    const { stderr, code } = await run(commandOf('retry_dead_frames.py').replace(broken, 'nobody'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^job\.JobInterface\/FindJob: 404 \{"code":5,/);
  });
});

describe('with JavaScript', () => {
  it('asks for the frames of a job by GraphQL', async () => {
    await start();
    const { stdout, stderr } = await run(commandOf('frames.ts'));
    expect(stdout, stderr).toMatch(/^\d{4}-wedge RUNNING rqd\d+$/m);
    expect(stdout).toMatch(/^\d{4}-wedge DEAD /m);
  });

  it('says that there is no such job', async () => {
    await start();
    expect((await run(commandOf('frames.ts').replace(wedge, 'nobody'))).stderr).toContain(
      'no pending job is called nobody',
    );
  });

  it('sets a priority by Connect', async () => {
    await start();
    const { stdout, stderr } = await run(commandOf('connect.ts'));
    expect(stdout, stderr).toBe(`${wedge} 120\n`);
  });

  it('subscribes, and is told of a change', async () => {
    await start();
    await watchesPriority(commandOf('subscribe.mjs'));
  });
});

describe.skipIf(!gql)(
  'with gql of Python (skipped where PyPI’s gql is not installed; npm run clients installs it)',
  () => {
    it('subscribes, and is told of a change', async () => {
      await start();
      await watchesPriority(commandOf('subscribe.py'), /\b100\b/, /\b321\b/);
    });
  },
);

describe.skipIf(!go)('with Go (skipped where there is none)', () => {
  it('subscribes, and is told of a change', { timeout: 300_000 }, async () => {
    await start();
    await watchesPriority(commandOf('subscribe.go'));
  });
});

describe('the table of scalars', () => {
  it('has all scalars of the schema that are not GraphQL’s own, and so has the example of graphql-codegen', () => {
    const table = /^\| scalar \|.*\n(?:\|.*\n)+/m.exec(page)?.[0] ?? '';
    const inTable = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
      cell.replaceAll('`', '').split(', '),
    );
    expect(inTable.toSorted()).toEqual([...scalarTypes.keys()].toSorted());
    const example = readFileSync(`${root}examples/typescript/codegen.ts`, 'utf8');
    const own = /const scalars = \{\n([\s\S]*?)\n\};/.exec(example)?.[1] ?? '';
    const mapped = [...own.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);
    expect(mapped.filter((name) => name !== 'ID').toSorted()).toEqual([...scalarTypes.keys()].toSorted());
  });
});

describe.skipIf(pycue === undefined)('with pycue (skipped where PyPI’s opencue-pycue is not installed)', () => {
  it('lists the jobs of a show without a token, by the policy for its network', async () => {
    await start();
    const { stdout, stderr } = await run(commandOf('pycue_jobs.py'));
    expect(stdout, stderr).toContain(wedge);
  });
});

describe('what to know', () => {
  it('is true of ids and names', async () => {
    await start();
    const ask = (job: object) => gateway.rest('job.JobInterface/GetFrames', { job, req: { limit: 1 } });
    expect((await ask({ name: wedge })).json).toMatchObject({
      code: 5,
      message: 'Job not found ("job.id" is empty, and nothing else in "job" says which one is meant)',
    });
    const { id } = await jobOf(wedge);
    expect((await ask({ id, name: 'another' })).json.frames.frames).toHaveLength(1);
  });

  it('is true of pages', async () => {
    await start();
    const { id } = await jobOf(wedge);
    const ask = (req: object) => gateway.rest('job.JobInterface/GetFrames', { job: { id }, req });
    expect((await ask({})).json.frames.frames).toEqual([]);
    const [first, second] = [await ask({ page: 1, limit: 2 }), await ask({ page: 2, limit: 2 })];
    expect(new Set([first, second].flatMap(({ json }) => json.frames.frames).map((frame) => frame.id)).size).toBe(4);
  });

  it('is true of a bad token, and of many operations at once', async () => {
    await start();
    const refused = await gateway.rest('show.ShowInterface/GetShows', {}, { authorization: 'Bearer no' });
    expect(refused).toMatchObject({ status: 401, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' };
    const many = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers,
      body: '[{"query":"{ __typename }"}]',
    });
    expect(many.status).toBe(400);
  });
});
