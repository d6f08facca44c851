import type { GatewayError } from '../../call/gateway-error.ts';

import type { Observe } from '../measure-calls.ts';
import { type Interceptor, passOn } from '../interceptor.ts';
import { Lane, type LaneLimits, type LaneState } from './lane.ts';
import type { OpenTurn } from './turn.ts';

/** The lanes of one upstream. */
export interface Lanes {
  readonly intercept: Interceptor;
  /** How many calls a new one of this lane would have to wait for; 0 where nobody has named the lane yet. */
  readonly loadOf: (lane: string) => number;
  /** Turns away whoever waits in any of them. */
  readonly turnAwayWaiting: (error: GatewayError) => void;
  /** By lane name. */
  readonly states: () => ReadonlyMap<string, LaneState>;
}

/**
 * Runs the RPCs of one lane one at a time. Cuebot keeps the object of the current call in a field that all calls share, so
 * overlapping ones act on each other's objects; which RPCs are meant stands in `schema/rpcs.yaml`.
 * One value serves one upstream: two Cuebots do not disturb each other.
 *
 * @param waitMeterOf where the waiting times of a lane's calls go; asked once for each lane
 * @param openTurn where other gateways send calls to this upstream, too: how this one gets its turn in a lane
 */
export function createLanes(limits: LaneLimits, waitMeterOf?: (lane: string) => Observe, openTurn?: OpenTurn): Lanes {
  const lanes = new Map<string, Lane>();
  const laneOf = (name: string): Lane => {
    const lane = lanes.get(name) ?? new Lane(name, limits, waitMeterOf?.(name), openTurn);
    lanes.set(name, lane);
    return lane;
  };
  return {
    intercept: ({ lane: name, kind }) => {
      if (name === undefined) return passOn;
      const lane = laneOf(name);
      return (next) => (call) => lane.run(call, kind, next);
    },
    loadOf: (name) => lanes.get(name)?.load ?? 0,
    turnAwayWaiting: (error) => {
      for (const lane of lanes.values()) lane.turnAwayWaiting(error);
    },
    states: () => new Map([...lanes].map(([name, lane]) => [name, lane.state])),
  };
}
