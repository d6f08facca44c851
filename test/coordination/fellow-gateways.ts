import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { createLaneTurns } from '../../src/coordination/lane-turns.ts';
import { createKeys } from '../../src/coordination/keys.ts';
import type { OtherGateway } from '../../src/coordination/other-gateways.ts';
import { Session } from '../../src/coordination/session.ts';
import { openStore, type Store } from '../../src/coordination/store.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import type { OpenTurn, Turn } from '../../src/pipeline/lanes/turn.ts';
import { createTimeline, type Timeline } from '../authentication/timeline.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

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
  /** Resolves when every message is here that was sent to it before. */
  hearAll(): Promise<void>;
  /** What was heard of others last. */
  others(): readonly OtherGateway[];
  /** The turn of a lane, with a count of how often it was told to have come, and been lost. */
  turnOf(lane: string): FellowTurn;
  readonly openTurn: OpenTurn;
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
  const store = await openStore(settings, silentLogger);
  const { orphanHoldMs = 5_000 } = options;
  const own = `test:hear:${randomUUID()}`;
  const heard = new EventEmitter();
  const listen = () => store.subscribe(own, (message) => void heard.emit(message));
  let others: readonly OtherGateway[] = [];
  const onOthers = (found: readonly OtherGateway[]) => {
    others = found;
  };
  const session = new Session({ store, keys, clocks, schedule, orphanHoldMs, describe: () => '{}', onOthers });
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
    hearAll: async () => {
      if (store.runId() === undefined) return;
      // After whatever was subscribed to before.
      await listen();
      const word = randomUUID();
      const isHere = once(heard, word);
      store.publish(own, word);
      await isHere;
    },
    others: () => others,
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
    openTurn: turns.open,
    close: async () => {
      await session.close();
      store.close();
    },
  };
}

/** A store that lasts for all tests of a block, and the fellows that one of them has opened. */
export interface Fellowship {
  readonly redis: () => RedisServer;
  readonly opened: readonly FellowGateway[];
  /** Opens a fellow, which is closed after the test. */
  readonly open: () => Promise<FellowGateway>;
}

/** To be called in a block of tests: starts the store before them, and closes after each what it has opened. */
export function useFellows(): Fellowship {
  let redis: RedisServer;
  const opened: FellowGateway[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  afterEach(async () => {
    for (const fellow of opened.splice(0)) await fellow.close();
  });
  return {
    redis: () => redis,
    opened,
    open: async () => {
      const fellow = await openFellow(redis.url);
      opened.push(fellow);
      return fellow;
    },
  };
}

/**
 * When everything that was sent to the store, and its messages, have come back, three times over: what comes back is answered.
 * Messages of one connection come in their order, so the last one tells that the others are there.
 */
export async function settled(...fellows: readonly FellowGateway[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const { store } of fellows) await store.get('nothing').catch(() => {});
    for (const fellow of fellows) await fellow.hearAll();
  }
}

/** So much time passes for some gateways, in milliseconds, half a second at a time. */
export async function tick(ms: number, ...fellows: readonly FellowGateway[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    for (const { timeline } of fellows) await timeline.advance(Math.min(500, ms - passed));
    await settled(...fellows);
  }
}
