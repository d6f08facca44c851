import type { Interceptor } from '../../call/call.ts';
import { Lane, type LaneLimits, type LaneState } from './lane.ts';
import type { Observe } from '../call-meters.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';

/** The lanes of one upstream. */
export interface Lanes {
  readonly intercept: Interceptor;
  /** By lane name. */
  readonly states: () => ReadonlyMap<string, LaneState>;
}

/**
 * Runs the RPCs of one lane one at a time. Cuebot keeps the object of the current call in a field that all calls share, so
 * overlapping ones act on each other's objects; which RPCs are meant stands in `schema/rpcs.yaml`.
 * One value serves one upstream: two Cuebots do not disturb each other.
 *
 * @param waitMeterOf where the waiting times of a lane's calls go; asked once for each lane
 */
export function createLanes(table: RpcTable, limits: LaneLimits, waitMeterOf?: (lane: string) => Observe): Lanes {
  const lanes = new Map<string, Lane>();
  const laneOf = new Map(
    table.rows.map(({ method, lane, kind }) => {
      if (lane === undefined) return [method, undefined] as const;
      const found = lanes.get(lane) ?? new Lane(lane, limits, waitMeterOf?.(lane));
      lanes.set(lane, found);
      return [method, { lane: found, kind }] as const;
    }),
  );
  return {
    intercept: (next) => (call) => {
      const place = laneOf.get(call.method);
      return place === undefined ? next(call) : place.lane.run(call, place.kind, next);
    },
    states: () => new Map([...lanes].map(([name, lane]) => [name, lane.state])),
  };
}
