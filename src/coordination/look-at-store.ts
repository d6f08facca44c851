import { Redis } from 'ioredis';

import { createKeys } from './keys.ts';
import { readServerInfo, type StoreServer } from './store-server.ts';
import { connectionOptions } from './store.ts';
import { parseStoreUrl, type StoreSettings } from './store-settings.ts';

/** What somebody sees who looks at the store from outside. */
export interface StoreSight {
  readonly server: StoreServer;
  /** How many gateways have joined and not left; undefined: the server cannot be used, and was not asked. */
  readonly gateways: number | undefined;
}

/** How long the server may be silent, in milliseconds: Sentinels that are away would be asked for ever. */
const silenceMs = 5_000;

/**
 * Connects once, reads what the server says of itself and how many gateways share it, and leaves. It writes nothing and does not
 * join. Rejects with an Error that says why the server cannot be reached, or refuses.
 */
export async function lookAtStore(settings: StoreSettings): Promise<StoreSight> {
  const redis = new Redis({
    ...connectionOptions(settings),
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
    connectionName: 'cuegate-doctor',
  });
  let ended: string | undefined;
  // What ended the connection is told here; the promises may say only that it has ended.
  redis.on('error', (error: Error) => {
    ended = error.message;
  });
  const timer = setTimeout(() => {
    ended ??= `no answer within ${silenceMs / 1_000} s`;
    redis.disconnect();
  }, silenceMs);
  try {
    await redis.connect();
    const server = readServerInfo(await redis.info(), parseStoreUrl(settings.url)?.sentinelName !== undefined);
    const gateways = server.problem === undefined ? await redis.hlen(createKeys(settings.prefix).gateways) : undefined;
    return { server, gateways };
  } catch (error) {
    throw new Error(ended ?? (error as Error).message, { cause: error });
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}
