import { hostname } from 'node:os';

import type { Config } from '../config/config.ts';
import type { Coordination } from '../coordination/create-coordination.ts';
import type { GatewayDescription } from '../coordination/gateway-description.ts';
import type { Logger } from '../telemetry/logger.ts';

import type { Meters } from './meters.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Connects to the store that the settings name; undefined when they name none. Rejects with a UserError when the store there
 * cannot be used.
 */
export async function openCoordination(
  { store, laneSharing }: Pick<Config, 'store' | 'laneSharing'>,
  logger: Logger,
  meters: Pick<Meters, 'turned'> | undefined,
): Promise<Coordination | undefined> {
  if (store === undefined) return undefined;
  // Whoever is alone need not load the client of the store.
  const { createCoordination } = await import('../coordination/create-coordination.ts');
  return createCoordination({ settings: store, ...laneSharing, logger, onTurn: meters?.turned });
}

/** What this gateway and those beside it must agree upon. */
export function describeGateway(
  { cuebotEndpoints, lanes: areLanesOn, laneSharing }: Pick<Config, 'cuebotEndpoints' | 'lanes' | 'laneSharing'>,
  { table }: Pick<Snapshot, 'table'>,
): GatewayDescription {
  const rows = areLanesOn ? table.rows : [];
  const names = new Set(rows.flatMap(({ lane }) => lane ?? []));
  const membersOf = (name: string) => rows.filter(({ lane }) => lane === name).map(({ method }) => method.fullName);
  const lanes = Object.fromEntries([...names].map((name) => [name, membersOf(name)]));
  const { orphanHoldMs } = laneSharing;
  return {
    name: `${hostname()}:${process.pid}`,
    endpoints: cuebotEndpoints.map((endpoint) => endpoint.name),
    lanes,
    orphanHoldMs,
  };
}
