import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';

import { openStore, type Store } from '../../src/coordination/store.ts';
import { isRedisMissing, type RedisServer, startRedis } from './redis-server.ts';

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('openStore()', () => {
  const servers: RedisServer[] = [];
  const stores: Store[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) store.close();
    for (const server of servers.splice(0)) await server.stop();
  });

  async function serve(settings: readonly string[] = []): Promise<RedisServer> {
    const server = await startRedis({ settings });
    servers.push(server);
    return server;
  }

  const lines: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[] = [];
  async function open(url: string, secrets: { readonly password?: string } = {}): Promise<Store> {
    lines.length = 0;
    const note = (fields: Readonly<Record<string, unknown>>, message: string) => void lines.push({ fields, message });
    const logger = { debug: note, info: note, warn: note, error: note };
    const settings = { url, password: '', sentinelPassword: '', caFile: undefined, prefix: 'test', ...secrets };
    const store = await openStore(settings, logger);
    stores.push(store);
    return store;
  }

  it('connects, by user and password where they are needed, into the database that is named', async () => {
    const { port } = await serve(['--requirepass', 'open sesame']);
    const store = await open(`redis://127.0.0.1:${port}/3`, { password: 'open sesame' });
    expect(await store.increment('counted')).toBe(1);
    const client = new Redis(port, '127.0.0.1', { password: 'open sesame', db: 3 });
    expect(await client.get('counted')).toBe('1');
    client.disconnect();
    expect(lines.map(({ message }) => message)).toEqual(['connected to the store']);
  });

  it('refuses to start with a server that does not let it in', async () => {
    const { url } = await serve(['--requirepass', 'open sesame']);
    await expect(open(url, { password: 'wrong' })).rejects.toThrow(
      /^REDIS_URL: the store at redis:\/\/127\.0\.0\.1:\d+ cannot be used: WRONGPASS /,
    );
  });

  it('refuses to start with a server that may forget whose turn it is', async () => {
    const { url } = await serve(['--maxmemory-policy', 'allkeys-lru']);
    await expect(open(url)).rejects.toThrow(
      'its maxmemory-policy is allkeys-lru, by which it may forget whose turn it is; set maxmemory-policy noeviction',
    );
  });

  it('refuses to start with a copy of another server', async () => {
    const { port } = await serve();
    const { url } = await serve(['--replicaof', '127.0.0.1', `${port}`]);
    await expect(open(url)).rejects.toThrow('it is a copy of another server; expected that one, or its Sentinels');
  });

  it('starts without a server, says so once, and connects when there is one', async () => {
    const server = await serve();
    await server.stop();
    const store = await open(server.url);
    expect(store.runId()).toBeUndefined();
    await expect(store.get('anything')).rejects.toThrow('the store cannot be reached: connect ECONNREFUSED');
    await server.start();
    await expect.poll(() => store.runId()).toMatch(/^[0-9a-f]{40}$/);
    expect(lines.map(({ message }) => message)).toEqual([
      'the store cannot be used; calls that need a lane are refused',
      'the store can be reached again',
    ]);
    expect(lines[0]?.fields['reason']).toMatch(/ECONNREFUSED/);
  });

  it('fails what is under way when the connection breaks, and sends nothing of it again', async () => {
    const server = await serve();
    const store = await open(server.url);
    await store.increment('counted');
    server.signal('SIGSTOP');
    const underWay = Promise.allSettled([store.increment('counted'), store.get('counted')]);
    // A server that does not answer is given up after a second.
    expect((await underWay).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    server.signal('SIGCONT');
    await expect.poll(() => store.runId()).toBeDefined();
    // What was on its way then arrived: once.
    await expect.poll(() => store.get('counted')).toBe('2');
  });

  it('has its scripts, also when they were forgotten', async () => {
    const { url, port } = await serve();
    const store = await open(url);
    const client = new Redis(port, '127.0.0.1');
    await client.script('FLUSH');
    client.disconnect();
    expect(await store.run('keep-answer', ['nothing'], ['', '', 1])).toBe(0);
  });

  it('follows the Sentinels to the server that takes over', async () => {
    const safe = ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '10', '--repl-diskless-sync-delay', '0'];
    const first = await serve(safe);
    const replica = [...safe, '--replicaof', '127.0.0.1', `${first.port}`];
    for (let copies = 0; copies < 2; copies += 1) await serve(replica);
    const file = join(mkdtempSync(join(tmpdir(), 'cuegate-sentinel-')), 'sentinel.conf');
    writeFileSync(file, `sentinel monitor farm 127.0.0.1 ${first.port} 1\nsentinel failover-timeout farm 2000\n`);
    const sentinel = await startRedis({ command: ['redis-server', file, '--sentinel'] });
    servers.push(sentinel);
    const admin = new Redis(sentinel.port, '127.0.0.1');
    const store = await open(`redis+sentinel://127.0.0.1:${sentinel.port}/farm`);
    await expect.poll(() => store.increment('counted').catch(() => 0)).toBeGreaterThan(0);
    const before = store.runId();
    await expect
      .poll(() => admin.call('SENTINEL', 'FAILOVER', 'farm').catch(({ message }: Error) => message))
      .toBe('OK');
    await expect.poll(() => store.runId() ?? before).not.toBe(before);
    admin.disconnect();
    await expect.poll(() => store.increment('counted').catch(() => 0)).toBeGreaterThan(1);
  });

  it('refuses Sentinels whose server takes writes that nobody copies', async () => {
    const first = await serve();
    const file = join(mkdtempSync(join(tmpdir(), 'cuegate-sentinel-')), 'sentinel.conf');
    writeFileSync(file, `sentinel monitor farm 127.0.0.1 ${first.port} 1\n`);
    const sentinel = await startRedis({ command: ['redis-server', file, '--sentinel'] });
    servers.push(sentinel);
    await expect(open(`redis+sentinel://127.0.0.1:${sentinel.port}/farm`)).rejects.toThrow(
      'it takes writes that no other server copies; set min-replicas-to-write 1',
    );
  });
});
