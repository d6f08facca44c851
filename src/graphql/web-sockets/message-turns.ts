import type { Hold } from '../../http/byte-budget.ts';

/** A message that is being answered. */
export interface Turn {
  /** It has been answered, or will go on by itself; more than once does no harm. */
  readonly end: () => void;
}

/** The messages of a socket that are being answered. */
export interface Turns {
  readonly count: number;
  /** Undefined: there is no room in memory for so many bytes. */
  readonly begin: (bytes: number) => Turn | undefined;
}

/** What a socket is told of its messages. */
export interface TurnsOptions {
  /** No further one should come: as many are being answered as may be. */
  readonly onFull: () => void;
  /** One has been answered, and others may come. */
  readonly onRoom: () => void;
}

/** What comes beyond waits with its sender, whose socket is not read. Subscriptions that run do not count. */
const maxTurns = 64;

/** Counts the messages of a socket that are being answered, and their bytes. */
export function createTurns(hold: Pick<Hold, 'replace' | 'set'>, { onFull, onRoom }: TurnsOptions): Turns {
  let count = 0;
  let heldBytes = 0;
  const end = (bytes: number) => {
    heldBytes -= bytes;
    count -= 1;
    hold.set(heldBytes);
    if (count < maxTurns) onRoom();
  };
  return {
    get count() {
      return count;
    },
    begin: (bytes) => {
      if (!hold.replace(heldBytes + bytes)) return undefined;
      heldBytes += bytes;
      count += 1;
      if (count >= maxTurns) onFull();
      let isOver = false;
      return {
        end: () => {
          if (!isOver) end(bytes);
          isOver = true;
        },
      };
    },
  };
}
