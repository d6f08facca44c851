import { createAuthentication } from '../authentication/create-authentication.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Config } from '../config/config.ts';
import { createMeters } from './meters.ts';
import type { LaneState } from '../pipeline/lanes/lane.ts';
import { createServer } from '../http/create-server.ts';
import type { Readiness } from '../http/health.ts';
import { takeSnapshot } from './snapshot.ts';
import { createSurfaces } from './surfaces.ts';
import { createUpstream } from '../upstream/create-upstream.ts';
import { createWaist } from './waist.ts';

/** A gateway that answers. */
export interface Gateway {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Where the metrics are, without a trailing slash; undefined: nowhere. */
  readonly metricsUrl: string | undefined;
  /** By lane name. */
  readonly laneStates: () => ReadonlyMap<string, LaneState>;
  /** Ends gracefully: what is under way is answered first. */
  readonly close: () => Promise<void>;
}

/**
 * Composes the rooms and listens. Rejects with an error that people can read when protos, table or settings do not fit, or
 * when the address cannot be had. The upstream need not be there yet.
 *
 * @param now the current time in milliseconds since 1970, for checking tokens
 */
export async function createGateway(config: Config, logger: Logger, now: () => number = Date.now): Promise<Gateway> {
  // What has been opened, to be closed in this order, and all the same when what comes after it fails.
  const opened: (() => unknown)[] = [];
  const closeAll = async () => {
    for (const close of opened.splice(0)) await close();
  };
  try {
    return await openGateway(config, logger, now, opened, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openGateway(
  config: Config,
  logger: Logger,
  now: () => number,
  opened: (() => unknown)[],
  closeAll: () => Promise<void>,
): Promise<Gateway> {
  const upstream = createUpstream({ endpoint: config.cuebotEndpoint, maxReceiveBytes: config.maxReceiveBytes });
  opened.push(upstream.close);
  const meters = createMeters(config);
  const snapshot = await takeSnapshot(config, upstream.reflect);
  const waist = await createWaist({ config, snapshot, upstream: upstream.invoke, meters, logger, now });
  opened.push(waist.close);
  const authentication = createAuthentication(config.authentication, { logger, now });
  opened.unshift(authentication.close);
  const { laneStates, auditFailures } = waist;
  const surfaces = createSurfaces({ config, snapshot, waist, authentication, meters, logger });
  opened.unshift(surfaces.graphql.dispose);

  let isClosing = false;
  const readiness = (): Readiness => {
    if (isClosing) return { ready: false, reason: 'shutting down' };
    if (!authentication.isReady()) return { ready: false, reason: 'the keys of an OAuth issuer cannot be had' };
    return upstream.isConnected() ? { ready: true } : { ready: false, reason: 'Cuebot cannot be reached' };
  };
  const onError = (error: unknown) => logger.error({ err: error }, 'a request handler failed');
  // Begins to connect, so that the first question after readiness is not answered with no.
  upstream.isConnected();
  // So that the first tokens need not wait for keys; without an answer, it goes on without.
  await authentication.start();
  meters?.watch({
    laneStates,
    isConnected: upstream.isConnected,
    auditFailures,
    keySets: authentication.keySets,
    links: () => ({ ...snapshot.links.counters }),
  });
  const metricsServer = await meters?.serve({ readiness, onError });
  // Last, so that the end of every call can still be seen.
  opened.push(() => metricsServer?.close({ timeoutMs: 1_000 }));

  const { host, port } = config;
  const { mounts, fallback } = surfaces;
  const server = await createServer({ host, port, mounts, fallback, readiness, onError });
  opened.unshift(() => server.close({ timeoutMs: config.shutdownTimeoutMs }));
  return {
    url: server.url,
    port: server.port,
    metricsUrl: metricsServer?.url,
    laneStates,
    close: async () => {
      isClosing = true;
      surfaces.graphql.completeStreams();
      await closeAll();
    },
  };
}
