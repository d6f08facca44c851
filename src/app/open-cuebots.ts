import { compileWireToValue } from '../codec/value/wire-to-value.ts';
import type { Config } from '../config/config.ts';
import type { Readiness } from '../http/health.ts';
import type { MethodDescriptor, Registry } from '../registry/descriptors.ts';
import type { ReflectionTransport } from '../registry/sources/load-by-reflection.ts';
import type { DatabaseMark } from '../rpc-table/affinity.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createUpstream } from '../upstream/create-upstream.ts';
import type { ChannelTls } from '../upstream/upstream-channel.ts';
import { CuebotPool, type PoolWatch } from '../upstream/cuebot-pool.ts';

import type { OneCuebot, OpenedPipeline } from './open-pipeline.ts';
import type { EndpointStatus } from './meters.ts';
import type { Snapshot } from './snapshot.ts';

/** The Cuebots that the settings name: one, or several on one database. */
export interface OpenedCuebots {
  /** Undefined: there are several, or a name that may come to mean several. */
  readonly only: OneCuebot | undefined;
  /** How the registry asks for protos. */
  readonly reflect: ReflectionTransport;
  /**
   * Begins to connect. Where there are several, each has been asked once when this resolves.
   *
   * @returns what is wrong with the list of them
   */
  readonly start: (
    snapshot: Pick<Snapshot, 'table' | 'registry'>,
    cuebots: OpenedPipeline['cuebots'],
  ) => Promise<readonly string[]>;
  readonly states: () => readonly EndpointStatus[];
  readonly readiness: () => Readiness;
  /** Connects anew by what `tls` says now. */
  readonly renew: () => void;
  readonly close: () => void;
}

/** Opens what `CUEBOT_ENDPOINT` names; nothing is dialled before the start, or before somebody asks for protos. */
export function openCuebots(
  config: Pick<Config, 'cuebotEndpoints' | 'upstreamTransport' | 'maxReceiveBytes'>,
  tls: (() => ChannelTls) | undefined,
  logger: Logger,
  mayGoUnanswered: (method: MethodDescriptor) => boolean,
): OpenedCuebots {
  const { cuebotEndpoints: endpoints, upstreamTransport: transport, maxReceiveBytes } = config;
  const [first] = endpoints;
  if (endpoints.length > 1 || first?.isGroup === true) {
    return openPool(new CuebotPool({ endpoints, transport, maxReceiveBytes, tls, logger, mayGoUnanswered }));
  }
  // Settings that name none are told later, with all that is wrong, and nobody is dialled.
  const endpoint = first?.name ?? 'none:1';
  const upstream = createUpstream({ endpoint, transport, maxReceiveBytes, tls, logger, mayGoUnanswered });
  return {
    only: { endpoint, invokeOf: upstream.invokeOf },
    reflect: upstream.reflect,
    start: async () => {
      upstream.isConnected();
      return [];
    },
    states: () => {
      const isConnected = upstream.isConnected();
      return [{ endpoint, state: isConnected ? 'ready' : 'away', isConnected, silences: upstream.silences() }];
    },
    readiness: () => (upstream.isConnected() ? { ready: true } : { ready: false, reason: 'Cuebot cannot be reached' }),
    renew: upstream.renew,
    close: upstream.close,
  };
}

function openPool(pool: CuebotPool): OpenedCuebots {
  return {
    only: undefined,
    reflect: pool.reflect,
    start: ({ table, registry }, cuebots) => {
      const { probe, database } = table.cuebotChecks;
      const watch: PoolWatch = {
        probe,
        database: database && { method: database.method, read: compileIds(database, registry) },
        onOpened: cuebots.open,
        onSetAside: cuebots.abandon,
        onClosed: cuebots.close,
      };
      return pool.start(watch);
    },
    states: () =>
      pool.cuebots.map(({ name, state, upstream }) => ({
        endpoint: name,
        state,
        isConnected: upstream.isConnected(),
        silences: upstream.silences(),
      })),
    readiness: () => {
      const endpoints = Object.fromEntries(pool.cuebots.map(({ name, state }) => [name, state]));
      return pool.isReady
        ? { ready: true, endpoints }
        : { ready: false, reason: 'no Cuebot can be reached', endpoints };
    },
    renew: () => pool.renew(),
    close: () => pool.close(),
  };
}

/** Reads the ids of all things that an answer lists. */
function compileIds({ method, list, key }: DatabaseMark, registry: Registry): (reply: Uint8Array) => readonly string[] {
  const open = compileWireToValue(method.output, registry);
  return (reply) => {
    let found: unknown = open(reply);
    for (const name of list) found = (found as Readonly<Record<string, unknown>> | undefined)?.[name];
    return ((found ?? []) as readonly Readonly<Record<string, unknown>>[]).map((thing) => String(thing[key]));
  };
}
