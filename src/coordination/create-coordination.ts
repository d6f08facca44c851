import { isDeepStrictEqual } from 'node:util';

import { type Schedule, scheduleByTimer } from '../clock/schedule.ts';
import type { OpenTurn } from '../pipeline/lanes/turn.ts';
import type { SharedAnswers } from '../pipeline/shared-answers.ts';
import type { WriteNews } from '../pipeline/write-news.ts';
import type { Logger } from '../telemetry/logger.ts';

import { type Clocks, systemClocks } from './clocks.ts';
import { findDifference, type GatewayDescription } from './gateway-description.ts';
import { createKeys } from './keys.ts';
import { createLaneTurns } from './lane-turns.ts';
import type { OtherGateway } from './other-gateways.ts';
import { Session } from './session.ts';
import { shareAnswers } from './shared-answers.ts';
import { type ShareCounts, shareRequestCounts } from './request-counts.ts';
import { type FailureNews, shareFailures } from './failure-news.ts';
import { openStore } from './store.ts';
import type { StoreSettings } from './store-settings.ts';
import { announceWrites } from './write-announcements.ts';

/** What sharing with other gateways needs. */
export interface CoordinationOptions {
  readonly settings: StoreSettings;
  readonly turnMs: number;
  readonly orphanHoldMs: number;
  readonly logger: Logger;
  /** Told when this gateway has a lane's turn that it did not have. */
  readonly onTurn?: (() => void) | undefined;
  readonly clocks?: Clocks;
  readonly schedule?: Schedule;
}

/** What this gateway shares with others. */
export interface Coordination {
  /** Opens the turns of an upstream's lanes. */
  readonly openTurnOf: (upstream: string) => OpenTurn;
  readonly answers: SharedAnswers;
  readonly writes: WriteNews;
  readonly failures: FailureNews;
  readonly shareCounts: ShareCounts;
  /** Joins the others, with what they must agree upon; once more, when that is something else since files were read again. */
  readonly join: (description: GatewayDescription) => void;
  /** Why this gateway should get no requests, in a few words; undefined: nothing speaks against it. */
  readonly problem: () => string | undefined;
  readonly state: () => CoordinationState;
  /** Makes ready to connect to the same store by other secrets; gives what puts them in force. */
  readonly prepareSecrets: (settings: StoreSettings) => () => void;
  /** Leaves. Nothing may be sent any more. */
  readonly close: () => Promise<void>;
}

/** For metrics. */
export interface CoordinationState {
  readonly isConnected: boolean;
  /** How many gateways there are, this one included. */
  readonly gateways: number;
}

/** Connects to the store. Rejects with a UserError when the server there cannot be used; one that is away is waited for. */
export async function createCoordination(options: CoordinationOptions): Promise<Coordination> {
  const { settings, turnMs, orphanHoldMs, logger, onTurn: onGranted } = options;
  const { clocks = systemClocks, schedule = scheduleByTimer } = options;
  const store = await openStore(settings, logger);
  const keys = createKeys(settings.prefix);
  let own: GatewayDescription | undefined;
  let difference: string | undefined;
  let known: readonly OtherGateway[] = [];
  const onOthers = (others: readonly OtherGateway[]) => {
    known = others;
    // Who was there first is right; whoever comes later has to be like them.
    const found = others
      .filter(({ number }) => number < session.number)
      .map(({ description }) => own && findDifference(own, description))
      .find((each) => each !== undefined);
    if (found !== undefined && found.summary !== difference) {
      logger.error({ difference: found.detail }, 'another gateway has other settings; this one is not ready');
    } else if (found === undefined && difference !== undefined) {
      logger.info({}, 'no other gateway has other settings any more');
    }
    difference = found?.summary;
  };
  const describe = () => JSON.stringify(own);
  const session = new Session({ store, keys, clocks, schedule, orphanHoldMs, describe, onOthers });
  const turns = createLaneTurns({ store, keys, session, clocks, schedule, turnMs, onGranted });
  return {
    openTurnOf: (upstream) => (lane, listener) => turns.open(`${upstream}|${lane}`, listener),
    answers: shareAnswers({ store, keys, session, schedule }),
    writes: announceWrites(store, keys),
    failures: shareFailures(store, keys),
    shareCounts: shareRequestCounts(store, keys),
    join: (description) => {
      const hasJoined = own !== undefined;
      if (hasJoined && isDeepStrictEqual(own, description)) return;
      own = description;
      if (!hasJoined) return session.start();
      session.describe();
      onOthers(known);
    },
    problem: () => {
      if (difference !== undefined) return `another gateway differs in ${difference}`;
      return session.isOpening ? 'it joins the other gateways in a moment' : undefined;
    },
    prepareSecrets: store.prepareSecrets,
    state: () => ({ isConnected: store.runId() !== undefined, gateways: session.others + 1 }),
    close: async () => {
      // Cuebot goes on with a call that its caller did not wait for: others wait then as for a gateway that has died.
      await session.close(!turns.areBusy());
      store.close();
    },
  };
}
