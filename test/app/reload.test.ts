import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { takeSnapshot } from '../../src/app/snapshot.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';

import { type EventStream, openStream } from '../event-stream.ts';
import type { Json } from '../json.ts';
import { readValue } from '../telemetry/prometheus-text.ts';
import { connectGrpc, type GrpcClient } from './grpc-client.ts';
import {
  secret,
  send,
  startGateway,
  type TestGateway,
  type TestGatewayOptions,
  testConfig,
} from './running-gateway.ts';

/** Files that are read again while a gateway runs, end to end. */

const folder = mkdtempSync(join(tmpdir(), 'cuegate-reload-'));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const find = 'show.ShowInterface/FindShow';
const testing = { name: 'testing' };
const intervals = { LIVE_MIN_INTERVAL: '25ms', LIVE_INTERVAL: '25ms' };
const open = 'levels: {}\n';
/** Nobody may read shows but by a right that no token here has. */
const closed = 'levels:\n  show.ShowInterface:\n    admin: FindShow GetShows\n';
const readerToken = signToken({ secret, claims: { sub: 'ann', scope: 'cue:read' } });
const asReader = { authorization: `Bearer ${readerToken}` };

let count = 0;
/** A file of its own for each test. */
function file(text: string): string {
  const path = join(folder, `file-${count++}`);
  writeFileSync(path, text);
  return path;
}

async function start(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startGateway({
    ...options,
    settings: { ...intervals, METRICS_PORT: '0', ...options.settings },
  });
  closers.push(gateway.close);
  return gateway;
}

async function subscribe({ url }: TestGateway, query: string, token = readerToken): Promise<EventStream> {
  const stream = await openStream(`${url}/graphql`, token, { query });
  closers.push(stream.vanish);
  return stream;
}

function grpcOf({ gateway }: TestGateway): GrpcClient {
  const client = connectGrpc(gateway.grpcPort!);
  closers.push(client.close);
  return client;
}

const metric = async ({ gateway }: TestGateway, name: string, labels: Readonly<Record<string, string>> = {}) =>
  readValue((await send(undefined, `${gateway.metricsUrl}/metrics`, 'GET', {})).text, name, labels);
const reloadsIn = ({ log }: TestGateway) => log.filter(({ fields }) => fields['event'] === 'RELOAD');
const statusAsReader = async ({ rest }: TestGateway) => (await rest(find, testing, asReader)).status;

describe('a policy that changes', () => {
  it('holds at once for every surface, without anybody saying so', async () => {
    const policy = file(open);
    const gateway = await start({ settings: { POLICY_FILE: policy, GRPC_PORT: '0' } });
    const grpc = grpcOf(gateway);
    const byGrpc = async () => (await grpc.call(find, testing, asReader)).error?.code ?? 0;
    const byGraphql = async () =>
      (await gateway.graphql('{ show(name: "testing") { name } }', {}, asReader)).json.errors?.[0].extensions.code;
    expect([await statusAsReader(gateway), await byGrpc(), await byGraphql()]).toEqual([200, 0, undefined]);
    writeFileSync(policy, closed);
    await expect.poll(() => statusAsReader(gateway), { timeout: 60_000 }).toBe(403);
    expect([await byGrpc(), await byGraphql()]).toEqual([7, 'FORBIDDEN']);
    expect(reloadsIn(gateway)).toEqual([
      {
        level: 'info',
        message: 'the files were read again, and are in force',
        fields: { event: 'RELOAD', files: [policy], durationMs: expect.any(Number) },
      },
    ]);
    expect(await metric(gateway, 'cuegate_reloads_total', { outcome: 'done' })).toBe(1);
  });

  it('is refused with all its mistakes where it has some, and the old one stays', async () => {
    const policy = file(open);
    const gateway = await start({ settings: { POLICY_FILE: policy } });
    writeFileSync(policy, 'levels:\n  show.ShowInterface:\n    admin: NoSuchMethod\ngrand: {}\n');
    await gateway.gateway.reload();
    expect(await statusAsReader(gateway)).toBe(200);
    const [told] = reloadsIn(gateway);
    expect(told).toMatchObject({
      level: 'error',
      message: 'the files cannot be used; what was in force before stays',
    });
    expect(String(told!.fields['problems'])).toMatch(/^POLICY_FILE: .*line 4, column 1: grand: is not known here/s);
    expect(await metric(gateway, 'cuegate_reloaded_files_usable')).toBe(0);
    expect(await metric(gateway, 'cuegate_reloads_total', { outcome: 'refused' })).toBe(1);
    writeFileSync(policy, closed);
    await gateway.gateway.reload();
    expect(await statusAsReader(gateway)).toBe(403);
    expect(await metric(gateway, 'cuegate_reloaded_files_usable')).toBe(1);
  });

  it('leaves live queries open, and holds for them, too', async () => {
    const policy = file(open);
    const gateway = await start({ settings: { POLICY_FILE: policy } });
    const stream = await subscribe(gateway, 'subscription { shows { name defaultMinCores } }');
    await stream.next(1);
    await gateway.gateway.reload();
    const { json } = await gateway.rest('show.ShowInterface/GetShows');
    const change = (minCores: number) =>
      gateway.rest('show.ShowInterface/SetDefaultMinCores', { show: json.shows.shows[0], minCores });
    await change(7);
    await stream.next(2);
    writeFileSync(policy, closed);
    await gateway.gateway.reload();
    await stream.next(3);
    expect(stream.events[2].errors[0].extensions.code).toBe('FORBIDDEN');
    writeFileSync(policy, open);
    await gateway.gateway.reload();
    await stream.next(4);
    expect(stream.events[3].data).toEqual(stream.events[1].data);
  });
});

describe('reloads', () => {
  it('lose no request of those that are under way, and none that come', async () => {
    const policy = file(open);
    const latencyMs = () => Math.floor(Math.random() * 20);
    const gateway = await start({ settings: { POLICY_FILE: policy, GRPC_PORT: '0' }, cuebot: { latencyMs } });
    const grpc = grpcOf(gateway);
    let isOver = false;
    let asked = 0;
    const wrong: unknown[] = [];
    const ask = async (question: () => Promise<unknown>, expected: unknown) => {
      while (!isOver) {
        const answer = await question().catch(String);
        asked += 1;
        if (JSON.stringify(answer) !== JSON.stringify(expected)) wrong.push(answer);
      }
    };
    const token = { authorization: `Bearer ${gateway.token}` };
    const graphql = async () => (await gateway.graphql('{ show(name: "testing") { name } }')).json;
    const rest = async () => (await gateway.rest(find, testing)).json.show.name;
    const byGrpc = async () => (await grpc.call(find, testing, token)).reply?.show.name;
    const kinds = [1, 2, 3].flatMap(() => [
      ask(rest, 'testing'),
      ask(graphql, { data: { show: { name: 'testing' } } }),
      ask(byGrpc, 'testing'),
    ]);
    for (let round = 0; round < 25; round += 1) {
      writeFileSync(policy, `${open}# ${round}\n`);
      await gateway.gateway.reload();
    }
    isOver = true;
    await Promise.all(kinds);
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(25);
    expect(reloadsIn(gateway).filter(({ level }) => level === 'info').length).toBeGreaterThanOrEqual(25);
  });

  it('keep lanes: no call of after overlaps with one of before', async () => {
    // Where they overlap, each acts on the other's job.
    const gateway = await start({ cuebot: { servantDefect: true, servantMs: () => 1 } });
    const { json } = await gateway.rest('job.JobInterface/GetJobs', { r: {} });
    const ids = (json.jobs.jobs as readonly Json[]).slice(0, 8).map(({ id }) => id as string);
    let isOver = false;
    const wrong: string[] = [];
    const readers = ids.map(async (id) => {
      while (!isOver) {
        const { json } = await gateway.rest('job.JobInterface/GetLayers', { job: { id } });
        if (!json.layers.layers.every(({ parentId }: Json) => parentId === id)) wrong.push(id);
      }
    });
    const calls = () => gateway.cuebot.calls.get('job.JobInterface/GetLayers') ?? 0;
    for (let round = 1; round <= 15; round += 1) {
      await gateway.gateway.reload();
      await expect.poll(calls, { timeout: 60_000 }).toBeGreaterThan(round * ids.length);
    }
    isOver = true;
    await Promise.all(readers);
    expect(wrong).toEqual([]);
  });

  it('keep idempotency keys', async () => {
    const gateway = await start();
    const spec =
      '<!DOCTYPE spec PUBLIC "SPI Cue" "http://localhost:8080/spcue/dtd/cjsl-1.15.dtd"><spec><facility>local</facility>' +
      '<show>testing</show><shot>sh01</shot><user>ann</user><job name="once"><layers><layer name="render" type="Render">' +
      '<cmd>true</cmd><range>1-2</range><chunk>1</chunk></layer></layers></job></spec>';
    const launch = () => gateway.rest('job.JobInterface/LaunchSpec', { spec }, { 'idempotency-key': 'one-launch' });
    const first = await launch();
    expect(first.status).toBe(200);
    await gateway.gateway.reload();
    expect((await launch()).text).toBe(first.text);
    expect(gateway.cuebot.calls.get('job.JobInterface/LaunchSpec')).toBe(1);
  });

  it('come one at a time: what is asked for meanwhile is done once, afterwards', async () => {
    const gateway = await start();
    const { reload } = gateway.gateway;
    await Promise.all([reload(), reload(), reload(), reload()]);
    expect(reloadsIn(gateway)).toHaveLength(2);
  });

  it('break off the streams of the oldest schemas alone', async () => {
    const gateway = await start();
    const streams: EventStream[] = [];
    for (let round = 0; round < 10; round += 1) {
      const stream = await subscribe(gateway, 'subscription { shows { name } }', gateway.token);
      await stream.next(1);
      streams.push(stream);
      await gateway.gateway.reload();
    }
    // Not called complete, so their clients come back.
    expect([await streams[0]!.ended, await streams[1]!.ended]).toEqual([false, false]);
    expect(await metric(gateway, 'cuegate_open_subscriptions')).toBe(8);
  });
});

describe('SIGHUP', () => {
  it('has the files of the program read again', async () => {
    const policy = file(open);
    const cuebot = await createDemoCuebot();
    const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    const env = { CUEBOT_ENDPOINT: cuebot.endpoint, POLICY_FILE: policy, JWT_SECRET: secret };
    const child = spawn(process.execPath, [cli, 'serve'], {
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', REST_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closers.push(cuebot.close, () => child.kill('SIGKILL'));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const said = async (message: string) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`the gateway ended before it said "${message}"`);
        const line = JSON.parse(value) as Json;
        if (line.msg === message) return line;
      }
    };
    const { url } = await said('cuegate is serving');
    const ask = () => send(undefined, `${url}/${find}`, 'POST', asReader, JSON.stringify(testing));
    expect((await ask()).status).toBe(200);
    writeFileSync(policy, closed);
    child.kill('SIGHUP');
    await said('the files were read again, and are in force');
    expect((await ask()).status).toBe(403);
  });
});

describe('a snapshot', () => {
  it('does not keep the one before it in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const config = testConfig({ CUEBOT_ENDPOINT: 'unused:1' });
    const takeTwo = async () => {
      const first = await takeSnapshot(config);
      return { second: await takeSnapshot(config, { previous: first }), before: new WeakRef(first.policy) };
    };
    const { second, before } = await takeTwo();
    const isGone = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      return before.deref() === undefined;
    };
    await expect.poll(isGone).toBe(true);
    expect(second.needsOf(second.registry.methods.get(find)!)).toEqual(['cue:read']);
  });
});

describe('protos that change', () => {
  it('are served from then on; a live query that does not fit any more says so', async () => {
    const protos = join(folder, `protos-${count++}`);
    cpSync(fileURLToPath(new URL('../../proto', import.meta.url)), protos, { recursive: true });
    const shows = join(protos, 'show.proto');
    const whole = readFileSync(shows, 'utf8');
    const gateway = await start({ settings: { PROTO_SOURCE: protos, GRPC_PORT: '0' } });
    const grpc = grpcOf(gateway);
    const token = { authorization: `Bearer ${gateway.token}` };
    const tree = (field: string) => `subscription { showGetShows { shows { shows { ${field} } } } }`;
    const lost = await subscribe(gateway, tree('name defaultMinCores'), gateway.token);
    const kept = await subscribe(gateway, tree('name'), gateway.token);
    await Promise.all([lost.next(1), kept.next(1)]);
    writeFileSync(shows, whole.replace(/^.*default_min_cores = .*$/gm, '').replace(/^\s*rpc FindShow.*$/m, ''));
    await gateway.gateway.reload();
    expect(reloadsIn(gateway).map(({ fields }) => fields['problems'])).toEqual([undefined]);
    await lost.next(2);
    expect(lost.events[1].errors[0].message).toContain('Cannot query field "defaultMinCores"');
    expect(await lost.ended).toBe(true);
    expect((await gateway.rest(find, testing)).status).toBe(404);
    expect((await grpc.call(find, testing, token)).error?.code).toBe(12);
    expect((await gateway.rest('show.ShowInterface/GetShows')).status).toBe(200);

    writeFileSync(shows, whole);
    await gateway.gateway.reload();
    expect((await gateway.rest(find, testing)).json.show.name).toBe('testing');
    expect((await grpc.call(find, testing, token)).reply?.show.name).toBe('testing');
    expect(kept.events).toHaveLength(1);
    writeFileSync(shows, 'syntax = "proto3"; message {');
    await gateway.gateway.reload();
    expect(String(reloadsIn(gateway).at(-1)!.fields['problems'])).toContain('show.proto');
    expect((await gateway.rest(find, testing)).status).toBe(200);
  });
});

describe('a secret in a file that changes', () => {
  it('ends the tokens of the old one, those that were seen before included', async () => {
    const path = file(secret);
    const gateway = await start({ settings: { JWT_SECRET: '', JWT_SECRET_FILE: path } });
    const other = 'another-secret-with-enough-bytes-in-it-for-tests';
    const renewed = { authorization: `Bearer ${signToken({ secret: other, claims: { sub: 'ann' } })}` };
    expect((await gateway.rest(find, testing)).status).toBe(200);
    expect((await gateway.rest(find, testing, renewed)).status).toBe(401);
    writeFileSync(path, other);
    await expect.poll(async () => (await gateway.rest(find, testing, renewed)).status, { timeout: 60_000 }).toBe(200);
    expect((await gateway.rest(find, testing)).status).toBe(401);

    writeFileSync(path, 'weak');
    await gateway.gateway.reload();
    expect(String(reloadsIn(gateway).at(-1)!.fields['problems'])).toContain('JWT_SECRET');
    expect((await gateway.rest(find, testing, renewed)).status).toBe(200);
  });
});
