import { createLaneTurns } from '../../src/coordination/lane-turns.ts';
import { createKeys } from '../../src/coordination/keys.ts';
import { Session } from '../../src/coordination/session.ts';
import { openStore, type Store } from '../../src/coordination/store.ts';
import type { Turn } from '../../src/pipeline/lanes/turn.ts';
import { createTimeline, type Timeline } from '../authentication/timeline.ts';

/** What everything in the store of a test begins with. */
export const keys = createKeys('test');

/** As much of a gateway as shares the store, with clocks that a test moves. */
export interface FellowGateway {
  readonly store: Store;
  readonly session: Session;
  /** The clock that does not jump, and all timers. */
  readonly timeline: Timeline;
  /** Sets the wall clock forward, in milliseconds, or back. */
  setWallClock(ms: number): void;
  /** So much time passes, in milliseconds, in which it does nothing, as when its process is stopped. */
  passOut(ms: number): void;
  /** The turn of a lane, with a count of how often it was told to have come, and been lost. */
  turnOf(lane: string): FellowTurn;
  close(): Promise<void>;
}

/** A turn, and what it has told. */
export interface FellowTurn extends Turn {
  readonly told: string[];
}

/** Opens a fellow. It joins when it is told to: `session.start()`. */
export async function openFellow(
  url: string,
  options: { readonly orphanHoldMs?: number } = {},
): Promise<FellowGateway> {
  const timeline = createTimeline(1_000);
  let wallMs = 1_800_000_000_000;
  let passedOutMs = 0;
  const monotonic = () => timeline.now() + passedOutMs;
  const clocks = { monotonic, wall: () => wallMs + monotonic() };
  const { schedule } = timeline;
  const settings = { url, password: '', sentinelPassword: '', caFile: undefined, prefix: 'test' };
  const store = await openStore(settings, silent);
  const { orphanHoldMs = 5_000 } = options;
  const session = new Session({ store, keys, clocks, schedule, orphanHoldMs, describe: () => '{}' });
  const turns = createLaneTurns({ store, keys, session, clocks, schedule, turnMs: 50 });
  return {
    store,
    session,
    timeline,
    setWallClock: (ms) => {
      wallMs += ms;
    },
    passOut: (ms) => {
      passedOutMs += ms;
    },
    turnOf: (lane) => {
      const told: string[] = [];
      const turn = turns.open(lane, {
        onTurn: () => void told.push('turn'),
        onAway: ({ reason }) => void told.push(reason),
      });
      return {
        told,
        assertReachable: () => turn.assertReachable(),
        take: (kind) => turn.take(kind),
        rest: () => turn.rest(),
      };
    },
    close: async () => {
      await session.close();
      store.close();
    },
  };
}

const ignore = () => {};
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
