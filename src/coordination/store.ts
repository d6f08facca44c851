import { readFileSync } from 'node:fs';

import { Redis, type RedisOptions } from 'ioredis';

import { UserError } from '../errors/user-error.ts';
import type { Logger } from '../telemetry/logger.ts';

import { readScripts, type ScriptName, scriptNames } from './scripts.ts';
import { readServerInfo, type StoreServer } from './store-server.ts';
import { describeStore, parseStoreUrl, type StoreSettings } from './store-settings.ts';

/** Told that a server was connected, or that it is away. */
export interface StoreWatcher {
  readonly onConnected?: () => void;
  readonly onDisconnected?: () => void;
}

/**
 * The connection to Valkey or Redis. Nothing is kept for later: what cannot be sent now fails, and what was sent when the
 * connection broke fails, whether or not it was done. Nothing is sent twice.
 */
export interface Store {
  /** Of the server that is connected; undefined: none is. */
  readonly runId: () => string | undefined;
  /** Does a script on the server. Rejects when it cannot be reached. */
  readonly run: (script: ScriptName, keys: readonly string[], values: readonly (string | number)[]) => Promise<unknown>;
  readonly get: (key: string) => Promise<string | null>;
  /** The fields of a hash. */
  readonly getAll: (key: string) => Promise<Readonly<Record<string, string>>>;
  readonly increment: (key: string) => Promise<number>;
  /** Tells whoever listens at this moment; nobody else will hear of it. */
  readonly publish: (channel: string, message: string) => void;
  /** Resolves when the server has noted it; it holds for all servers to come. */
  readonly subscribe: (channel: string, listener: (message: string) => void) => Promise<void>;
  readonly unsubscribe: (channel: string) => void;
  /** The connection itself, for the library that counts requests. */
  readonly client: Redis;
  readonly watch: (watcher: StoreWatcher) => void;
  /** Gives the connection up, since it seems dead, and connects again. */
  readonly reconnect: () => void;
  /**
   * Reads the file of authorities; gives what has connections that are made from then on show these passwords and believe these
   * authorities. Those that are open stay.
   */
  readonly prepareSecrets: (settings: StoreSettings) => () => void;
  readonly close: () => void;
}

/** How long a connection may take, and an answer, in milliseconds. A turn lasts for two seconds without an answer. */
const timeoutMs = 1_000;

/** How soon to try again, in milliseconds. */
const retryStrategy = (attempt: number): number => Math.min(50 * attempt, 500);

/** How long the start waits for the first connection, in milliseconds. */
const startMs = 2_000;

/**
 * Connects. Resolves as soon as there is a connection, or after two seconds without one: it goes on trying. Rejects with a
 * UserError when the server that is there cannot be used: it refuses the password, or might forget things.
 */
export async function openStore(settings: StoreSettings, logger: Logger): Promise<Store> {
  const place = describeStore(settings.url);
  const isBySentinel = parseStoreUrl(settings.url)?.sentinelName !== undefined;
  const scripts = readScripts();
  const redis = new Redis(connectionOptions(settings));
  // Whoever subscribes may wait for its connection; other commands are about this moment.
  const waiting = { enableOfflineQueue: true, maxRetriesPerRequest: null, connectionName: 'cuegate-listens' };
  const subscriber = redis.duplicate(waiting);
  const watchers: StoreWatcher[] = [];
  const listeners = new Map<string, (message: string) => void>();
  let server: StoreServer | undefined;
  let told: 'nothing' | 'connected' | 'lost' = 'nothing';
  let lastError = 'no answer';
  let settle: () => void = () => {};
  /** Resolves when there is a server to be used, or one that will not do. */
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const tellLost = () => {
    const sentence = 'the store cannot be used; calls that need a lane are refused';
    if (told !== 'lost') logger.warn({ store: place, reason: lastError }, sentence);
    told = 'lost';
  };
  const onReady = async () => {
    const { stream } = redis;
    // One after the other on one connection: when the last one is answered, the server has the scripts.
    for (const name of scriptNames) void redis.script('LOAD', scripts[name].text).catch(() => {});
    const found = readServerInfo(await redis.info(), isBySentinel);
    if (redis.stream !== stream || redis.status !== 'ready') return;
    if (found.problem !== undefined) {
      lastError = found.problem;
      // Sentinels may name another one by and by, and settings of a server be mended.
      setTimeout(() => redis.status === 'ready' && redis.disconnect(true), startMs).unref();
      if (told !== 'nothing') tellLost();
      return settle();
    }
    server = found;
    logger.info({ store: place }, told === 'lost' ? 'the store can be reached again' : 'connected to the store');
    told = 'connected';
    settle();
    for (const { onConnected } of watchers) onConnected?.();
  };
  redis.on('ready', () => void onReady().catch(() => redis.disconnect(true)));
  redis.on('error', (error: Error) => {
    lastError = error.message;
    if (isMistake(lastError)) settle();
  });
  redis.on('close', () => {
    if (server === undefined) return;
    server = undefined;
    tellLost();
    for (const { onDisconnected } of watchers) onDisconnected?.();
  });
  subscriber.on('error', () => {});
  subscriber.on('message', (channel: string, message: string) => listeners.get(channel)?.(message));

  const away = () => new Error(`the store cannot be reached: ${lastError}`);
  const store: Store = {
    runId: () => server?.runId,
    run: async (name, keys, values) => {
      if (server === undefined) throw away();
      const { sha1, text } = scripts[name];
      return redis.evalsha(sha1, keys.length, ...keys, ...values).catch((error: Error) => {
        if (!error.message.startsWith('NOSCRIPT')) throw error;
        return redis.eval(text, keys.length, ...keys, ...values);
      });
    },
    get: async (key) => (server === undefined ? Promise.reject(away()) : redis.get(key)),
    getAll: async (key) => (server === undefined ? Promise.reject(away()) : redis.hgetall(key)),
    increment: async (key) => (server === undefined ? Promise.reject(away()) : redis.incr(key)),
    publish: (channel, message) => {
      if (server !== undefined) void redis.publish(channel, message).catch(() => {});
    },
    subscribe: async (channel, listener) => {
      listeners.set(channel, listener);
      await subscriber.subscribe(channel);
    },
    unsubscribe: (channel) => {
      listeners.delete(channel);
      void subscriber.unsubscribe(channel).catch(() => {});
    },
    client: redis,
    watch: (watcher) => void watchers.push(watcher),
    reconnect: () => redis.disconnect(true),
    prepareSecrets: (renewed) => {
      const { password, sentinelPassword, tls, sentinelTLS }: RedisOptions = connectionOptions(renewed);
      const secrets = { password, sentinelPassword, tls, sentinelTLS };
      // ioredis reads its options anew for each connection.
      return () => [redis, subscriber].forEach(({ options }) => void Object.assign(options, secrets));
    },
    close: () => {
      redis.disconnect();
      subscriber.disconnect();
    },
  };
  for (const each of [redis, subscriber]) each.connect().catch(() => {});
  await Promise.race([settled, wait(startMs)]);
  if (server === undefined) {
    if (isMistake(lastError)) {
      store.close();
      throw new UserError(`REDIS_URL: the store at ${place} cannot be used: ${lastError}`);
    }
    tellLost();
  }
  return store;
}

/** What a connection needs by which nothing is sent twice, or later. Throws when the file of REDIS_CA_FILE cannot be read. */
export function connectionOptions(settings: StoreSettings) {
  const address = parseStoreUrl(settings.url);
  if (address === undefined) throw new TypeError('expected settings without problems');
  const { hosts, sentinelName, username, database, isEncrypted } = address;
  const tls = isEncrypted ? { ...(settings.caFile !== undefined && { ca: readFileSync(settings.caFile) }) } : undefined;
  const password = settings.password || address.password;
  return {
    ...(sentinelName === undefined
      ? hosts[0]
      : {
          sentinels: [...hosts],
          name: sentinelName,
          ...(settings.sentinelPassword !== '' && { sentinelPassword: settings.sentinelPassword }),
          ...(tls !== undefined && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
          sentinelRetryStrategy: retryStrategy,
          failoverDetector: true,
        }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls }),
    db: database,
    connectionName: 'cuegate',
    protocol: 2,
    lazyConnect: true,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    retryStrategy,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    // What is under way when a connection breaks fails at once; with any other number it would never end.
    maxRetriesPerRequest: 0,
    // A server that became a copy of another one is no longer the one to ask.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

/** Whether a person has to mend it: a server that is away comes back by itself. */
function isMistake(problem: string): boolean {
  return (
    /^(?:it |its |WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR DB index)/.test(problem) ||
    /certificate/.test(problem)
  );
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
