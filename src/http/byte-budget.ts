import type { ServerResponse } from 'node:http';

/** The bytes that the gateway holds for its clients: bodies that it has read, answers that they have not. */
export interface ByteBudget {
  /** How many are held now. */
  readonly heldBytes: number;
  /** Opens the account of a request, which ends with its response. */
  open(response: ServerResponse): Hold;
  /** The account that is open for a response; undefined: none is. */
  holdOf(response: ServerResponse): Hold | undefined;
  /** Counts what waits in sockets, too, for answers that nobody has counted. To be called about every second. */
  refresh(): void;
}

/** What is held for one request. */
export interface Hold {
  /** From now on, this counts for a subject. */
  assign(subject: string): void;
  /** Holds so many bytes more. False, and nothing more is held, when there is no room; for 0 bytes: when there is too much. */
  take(bytes: number): boolean;
  /** The same, but waits a moment for room when there is none. */
  takeSoon(bytes: number): Promise<boolean>;
  /** Holds so many bytes in place of those that it held. False, and nothing is changed, when there is no room for more. */
  replace(bytes: number): boolean;
  /** The same, whether or not there is room. */
  set(bytes: number): void;
}

/** How long a call waits for room, in milliseconds: as long as a large answer takes to be read over a fast network. */
const patienceMs = 1_000;

interface Account {
  readonly response: ServerResponse;
  subject: string | undefined;
  /** What its surface has said. */
  said: number;
  /** What was seen to wait in its response. */
  seen: number;
}

/**
 * Bounds the bytes that are held, so that clients who neither send nor read to the end cannot fill the memory: in all by
 * `maxBytes`, and for one subject by half of that.
 *
 * A single request may hold more, but counts as half at most: the largest reply always passes when nothing else is held,
 * and does not keep everybody else out for as long as it is read.
 */
export function createByteBudget(maxBytes: number): ByteBudget {
  const half = maxBytes / 2;
  const accounts = new Set<Account>();
  const holds = new WeakMap<ServerResponse, Hold>();
  const waiting = new Set<() => void>();
  /** By subject. */
  const weights = new Map<string | undefined, number>();
  let heldBytes = 0;
  let totalWeight = 0;

  const bytesOf = ({ said, seen }: Account): number => Math.max(said, seen);
  const weightOf = (account: Account): number => Math.min(bytesOf(account), half);
  const count = (account: Account, sign: 1 | -1): void => {
    const weight = sign * weightOf(account);
    heldBytes += sign * bytesOf(account);
    totalWeight += weight;
    const left = (weights.get(account.subject) ?? 0) + weight;
    if (left === 0) weights.delete(account.subject);
    else weights.set(account.subject, left);
  };
  const change = (account: Account, values: Partial<Account>): void => {
    if (!accounts.has(account)) return;
    const before = weightOf(account);
    count(account, -1);
    Object.assign(account, values);
    count(account, 1);
    if (waiting.size > 0 && weightOf(account) < before) for (const tryAgain of [...waiting]) tryAgain();
  };
  const fits = (account: Account, bytes: number): boolean => {
    const own = weightOf(account);
    if (totalWeight === own) return true;
    const more = Math.min(bytesOf(account) + bytes, half) - own;
    const ofSubject = account.subject === undefined ? 0 : (weights.get(account.subject) ?? 0);
    return totalWeight + more <= maxBytes && ofSubject + more <= half;
  };
  const take = (account: Account, bytes: number): boolean => {
    if (!fits(account, bytes)) return false;
    if (bytes !== 0) change(account, { said: account.said + bytes });
    return true;
  };
  const takeSoon = (account: Account, bytes: number): Promise<boolean> => {
    if (take(account, bytes)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (taken: boolean) => {
        clearTimeout(timer);
        waiting.delete(tryAgain);
        resolve(taken);
      };
      const tryAgain = () => {
        if (take(account, bytes)) end(true);
      };
      const timer = setTimeout(end, patienceMs, false);
      waiting.add(tryAgain);
    });
  };
  return {
    get heldBytes() {
      return heldBytes;
    },
    open: (response) => {
      const account: Account = { response, subject: undefined, said: 0, seen: 0 };
      accounts.add(account);
      response.once('close', () => {
        change(account, { said: 0, seen: 0 });
        accounts.delete(account);
      });
      const hold: Hold = {
        assign: (subject) => change(account, { subject }),
        take: (bytes) => take(account, bytes),
        takeSoon: (bytes) => takeSoon(account, bytes),
        replace: (bytes) => take(account, bytes - account.said),
        set: (said) => change(account, { said }),
      };
      holds.set(response, hold);
      return hold;
    },
    holdOf: (response) => holds.get(response),
    refresh: () => {
      for (const account of accounts) {
        const seen = account.response.writableLength;
        if (seen !== account.seen) change(account, { seen });
      }
    },
  };
}
