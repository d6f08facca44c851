import type { Schedule } from '../clock/schedule.ts';
import type { Turn, TurnListener } from '../pipeline/lanes/turn.ts';
import type { RpcKind } from '../rpc-table/rpc-kind.ts';

import type { Clocks } from './clocks.ts';
import type { Keys } from './keys.ts';
import { type Session, renewEveryMs } from './session.ts';
import type { Store } from './store.ts';
import { unreachable } from './unreachable.ts';

/** What turns need. */
export interface LaneTurnOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly session: Session;
  readonly clocks: Clocks;
  readonly schedule: Schedule;
  /** How long a turn lasts at most while others wait, in milliseconds; a call that is under way is not cut. */
  readonly turnMs: number;
  /** Told when a turn has come that was another gateway's, or nobody's. */
  readonly onGranted?: (() => void) | undefined;
}

/** A gateway that was silent for so long, in milliseconds, is passed over in the queue as long as others are in it. */
const staleMs = 3 * renewEveryMs;

/**
 * The turn of one lane among gateways. It is kept until somebody else asks for it, so that a gateway that is alone asks once.
 * While others wait, it is given on when the lane has nothing to send, when it has lasted for long enough, or at once when
 * there are only reads and another gateway has a write.
 *
 * What the store says is the truth, and only it: this holds what was said last. One question is under way at a time, so that
 * answers come in the order of questions; a message that comes by another way, and later than it should, is told by the turn's
 * number.
 */
export class LaneTurn implements Turn {
  readonly #lane: string;
  readonly #options: LaneTurnOptions;
  readonly #listener: TurnListener;
  readonly #keys: readonly string[];
  /** The number of the turn that this gateway has; undefined: it has none. */
  #held: number | undefined;
  /** The highest number that was heard of. */
  #highest = 0;
  /** What other gateways wait with. */
  #others: RpcKind | undefined;
  #beganAt = 0;
  /** What the lane waits with; undefined: it does not wait. */
  #wanted: RpcKind | undefined;
  /** The turn that is to be given on by the next question. */
  #given: number | undefined;
  #isIdle = true;
  #isAsking = false;
  #isAskedAgain = false;
  /** What others were heard to want while a question was under way: messages may overtake its answer. */
  #heardEarly: { readonly number: number; readonly kind: RpcKind } | undefined;
  #cancelPoll: () => void = () => {};
  readonly #unwatch: () => void;

  constructor(lane: string, options: LaneTurnOptions, listener: TurnListener) {
    this.#lane = lane;
    this.#options = options;
    this.#listener = listener;
    const { epoch, sessions, seen } = options.keys;
    const { turn, queue, writers } = options.keys.lane(lane);
    this.#keys = [epoch, sessions, seen, turn, queue, writers];
    this.#unwatch = options.session.watch({
      onLasting: () => this.#resume(),
      onLost: () => this.#forget(),
      onAway: () => {
        this.#wanted = undefined;
        listener.onAway(unreachable(options.session.opensInMs));
      },
    });
  }

  /** Whether a call was begun that has not ended yet. */
  get isBusy(): boolean {
    return !this.#isIdle;
  }

  /** Another one takes its place; what this gateway has in the store stays its own. */
  retire(): void {
    this.#unwatch();
    this.#cancelPoll();
    [this.#held, this.#wanted, this.#given] = [undefined, undefined, undefined];
  }

  assertReachable(): void {
    const { session } = this.#options;
    if (!session.isReachable) throw unreachable(session.opensInMs);
  }

  take(kind: RpcKind): boolean {
    const { session } = this.#options;
    if (this.#held !== undefined && session.isLasting) {
      if (!this.#isOver(kind)) {
        this.#isIdle = false;
        this.#wanted = undefined;
        return true;
      }
      this.#give();
    }
    if (this.#wanted === kind || this.#wanted === 'write') return false;
    this.#wanted = kind;
    // What is held is good again as soon as the session is.
    if (this.#held !== undefined) session.renew();
    else this.#ask();
    return false;
  }

  rest(): void {
    this.#isIdle = true;
    this.#wanted = undefined;
    if (this.#held === undefined || this.#others === undefined) return;
    this.#give();
    this.#ask();
  }

  /** Another gateway waits for the turn of this number, which is this gateway's as far as the store knows. */
  onWanted(number: number, kind: RpcKind): void {
    if (this.#held !== undefined) {
      // It may have been asked for once more when it was here already.
      this.#held = Math.max(this.#held, number);
      this.#highest = Math.max(this.#highest, number);
      if (this.#others !== 'write') this.#others = kind;
      if (this.#isIdle) this.rest();
    } else if (this.#isAsking) {
      const isWrite = this.#heardEarly?.number === number && this.#heardEarly.kind === 'write';
      if (number >= (this.#heardEarly?.number ?? 0)) this.#heardEarly = { number, kind: isWrite ? 'write' : kind };
    } else if (number > this.#highest) {
      // The word that the turn had come was lost, and what it was asked for has its place in the queue.
      [this.#given, this.#highest] = [number, number];
      this.#ask();
    }
  }

  /** The turn was given to this gateway by another one. */
  onGranted(number: number, others: RpcKind | undefined): void {
    if (number > this.#highest) this.#hold(number, others);
  }

  /** Whether others are to have the turn before a call of this kind begins. */
  #isOver(kind: RpcKind): boolean {
    if (this.#others === undefined) return false;
    if (this.#others === 'write' && kind === 'read') return true;
    return this.#options.clocks.monotonic() - this.#beganAt >= this.#options.turnMs;
  }

  #give(): void {
    this.#given = this.#held;
    this.#held = undefined;
    this.#others = undefined;
  }

  #hold(number: number, others: RpcKind | undefined): void {
    if (this.#held === undefined) {
      this.#beganAt = this.#options.clocks.monotonic();
      this.#options.onGranted?.();
    }
    [this.#held, this.#highest, this.#others] = [number, number, others];
    this.#given = undefined;
    this.#wanted = undefined;
    this.#cancelPoll();
    this.#listener.onTurn();
  }

  #ask(): void {
    if (this.#isAsking) this.#isAskedAgain = true;
    else void this.#question();
  }

  async #question(): Promise<void> {
    const { store, session, keys } = this.#options;
    const { id } = session;
    const [wanted, given] = [this.#wanted, this.#given];
    this.#cancelPoll();
    this.#isAsking = true;
    this.#isAskedAgain = false;
    const values = [store.runId() ?? '', id, this.#lane, wanted ?? '', given ?? '', keys.channel, staleMs];
    const answer = id === '' ? undefined : await store.run('turn', this.#keys, values).catch(() => undefined);
    this.#isAsking = false;
    const early = this.#heardEarly;
    this.#heardEarly = undefined;
    // Of another session, or lost: what the store made of it will be told when there is a session again.
    if (session.id === id && answer !== undefined && session.heed(answer)) {
      const [word, number, others] = answer as readonly [string, number?, string?];
      if (this.#given === given) this.#given = undefined;
      const isAbout = word === 'HELD' && early !== undefined && early.number >= number!;
      if (isAbout) this.#hold(early.number, others === 'write' ? 'write' : early.kind);
      else if (word === 'HELD') this.#hold(number!, readOthers(others));
    }
    if (early !== undefined) this.onWanted(early.number, early.kind);
    this.#goOnAsking();
  }

  /** At once when more is wanted by now; else after a while, so that what gets lost, as with a gateway that dies, is asked again. */
  #goOnAsking(): void {
    this.#cancelPoll();
    if (this.#isAsking || (this.#wanted === undefined && this.#given === undefined)) return;
    if (this.#isAskedAgain) this.#ask();
    else this.#cancelPoll = this.#options.schedule(() => this.#ask(), renewEveryMs);
  }

  /** The session lasts again. */
  #resume(): void {
    if (this.#held !== undefined) this.#listener.onTurn();
    else if (this.#wanted !== undefined || this.#given !== undefined) this.#ask();
  }

  /** The turn is lost with the session, and numbers may begin anew. */
  #forget(): void {
    [this.#held, this.#given, this.#others, this.#highest] = [undefined, undefined, undefined, 0];
  }
}

/** What others want, as the store writes it; undefined: nothing. */
export function readOthers(text: string | undefined): RpcKind | undefined {
  return text === 'read' || text === 'write' ? text : undefined;
}
