import { createLanes, type Lanes } from '../pipeline/lanes/create-lanes.ts';
import type { LaneLimits, LaneState } from '../pipeline/lanes/lane.ts';
import type { OpenTurn } from '../pipeline/lanes/turn.ts';
import type { Observe } from '../pipeline/measure-calls.ts';
import { Destination, type Fitness } from '../pipeline/placement/destination.ts';
import type { CuebotState, PooledCuebot } from '../upstream/pooled-cuebot.ts';

/** A lane of one Cuebot. */
export interface EndpointLane extends LaneState {
  readonly endpoint: string;
  readonly lane: string;
}

/** What destinations are made from. */
export interface DestinationsOptions {
  readonly limits: LaneLimits;
  readonly laneWait: ((endpoint: string, lane: string) => Observe) | undefined;
  /** Where several gateways share the lanes of a Cuebot; undefined: this one is alone. */
  readonly openTurnOf?: ((endpoint: string) => OpenTurn) | undefined;
}

/** One Cuebot of several, and what its calls pass last. */
export interface OpenDestination {
  readonly cuebot: PooledCuebot;
  readonly destination: Destination;
  readonly lanes: Lanes;
}

/** The Cuebots that calls can be placed on, each with lanes of its own. */
export interface Destinations {
  readonly all: () => Iterable<Destination>;
  /** What belongs to one of them; also of one that has been closed, whose calls may still end. */
  readonly of: (destination: Destination) => OpenDestination;
  readonly open: (cuebot: PooledCuebot) => void;
  /** It does not answer any more: what waits for it goes to others, where there are any. */
  readonly abandon: (cuebot: PooledCuebot) => void;
  /** It is not there any more; what it has begun may end. */
  readonly close: (cuebot: PooledCuebot) => void;
  /** Lanes for a Cuebot that calls are not placed on, since it is the only one. */
  readonly openLanes: (endpoint: string) => Lanes;
  readonly laneStates: () => readonly EndpointLane[];
}

/** Begins without any. */
export function createDestinations({ limits, laneWait, openTurnOf }: DestinationsOptions): Destinations {
  const destinations = new Map<PooledCuebot, Destination>();
  const opened = new WeakMap<Destination, OpenDestination>();
  const lanesByEndpoint = new Map<string, Lanes>();
  const openLanes = (endpoint: string): Lanes => {
    const lanes = createLanes(limits, laneWait && ((lane) => laneWait(endpoint, lane)), openTurnOf?.(endpoint));
    lanesByEndpoint.set(endpoint, lanes);
    return lanes;
  };
  const hasOther = (cuebot: PooledCuebot) =>
    [...destinations].some(([other, { fitness }]) => other !== cuebot && fitness() === 'ready');
  return {
    all: () => destinations.values(),
    of: (destination) => opened.get(destination)!,
    openLanes,
    open: (cuebot) => {
      const { name } = cuebot;
      const lanes = openLanes(name);
      const destination = new Destination({ name, fitness: () => fitnessOf[cuebot.state], lanes });
      destinations.set(cuebot, destination);
      opened.set(destination, { cuebot, destination, lanes });
    },
    abandon: (cuebot) => {
      if (hasOther(cuebot)) destinations.get(cuebot)?.abandon();
    },
    close: (cuebot) => {
      const destination = destinations.get(cuebot);
      destinations.delete(cuebot);
      lanesByEndpoint.delete(cuebot.name);
      destination?.turnAwayWaiting();
    },
    laneStates: () =>
      [...lanesByEndpoint].flatMap(([endpoint, lanes]) =>
        [...lanes.states()].map(([lane, state]) => ({ endpoint, lane, ...state })),
      ),
  };
}

const fitnessOf: Readonly<Record<CuebotState, Fitness>> = {
  ready: 'ready',
  away: 'doubtful',
  'set-aside': 'last-resort',
  foreign: 'unfit',
  unchecked: 'unfit',
};
