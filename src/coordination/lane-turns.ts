import type { OpenTurn } from '../pipeline/lanes/turn.ts';

import { LaneTurn, type LaneTurnOptions, readOthers } from './lane-turn.ts';

/** The turns of this gateway. */
export interface LaneTurns {
  readonly open: OpenTurn;
  /** Whether a call is under way in any lane. */
  readonly areBusy: () => boolean;
}

/** Opens turns, and passes on to each what other gateways say about it. */
export function createLaneTurns(options: LaneTurnOptions): LaneTurns {
  const { store, keys, session } = options;
  const turns = new Map<string, LaneTurn>();
  const onMessage = (message: string) => {
    const [, word, number, kind, lane = ''] = /^(turn|wanted) (\d+) (\S+) (.*)$/.exec(message) ?? [];
    const turn = turns.get(lane);
    const others = readOthers(kind);
    if (word === 'turn') turn?.onGranted(Number(number), others);
    else if (others !== undefined) turn?.onWanted(Number(number), others);
  };
  let listening: string | undefined;
  session.watch({
    onLasting: () => {
      if (listening === session.id) return;
      if (listening !== undefined) store.unsubscribe(keys.channel + listening);
      listening = session.id;
      // Before the server has noted it, messages are lost, and asked for again.
      void store.subscribe(keys.channel + listening, onMessage).catch(() => {});
    },
  });
  return {
    open: (lane, listener) => {
      // A Cuebot that comes back has a new lane, and the old one sends nothing any more.
      turns.get(lane)?.retire();
      const turn = new LaneTurn(lane, options, listener);
      turns.set(lane, turn);
      return turn;
    },
    areBusy: () => [...turns.values()].some(({ isBusy }) => isBusy),
  };
}
