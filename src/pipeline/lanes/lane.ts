import type { Call, Invoke, Reply } from '../../call/call.ts';
import { neverAborted } from '../../call/call-signal.ts';
import { callerGone, deadlineExceeded, GatewayError } from '../../call/gateway-error.ts';
import type { Observe } from '../measure-calls.ts';
import type { RpcKind } from '../../rpc-table/rpc-kind.ts';
import type { OpenTurn, Turn } from './turn.ts';
import { TurnQueue } from './turn-queue.ts';
import { waitFor } from '../wait-for.ts';

/** How long and how many; the reasons stand with the settings of the same names. */
export interface LaneLimits {
  /** After this time a read lets the next call start, in milliseconds: what is dangerous is the beginning of a call. */
  readonly holdLimitMs: number;
  /** How many writes may wait, and as many reads. */
  readonly maxWaiting: number;
  /** How long a call may wait before it is turned away, in milliseconds. */
  readonly maxWaitMs: number;
  /** How long a call that was sent may take at least, in milliseconds, though its caller waits no more; longer if they do. */
  readonly callMs: number;
}

/** A lane's state, for metrics. */
export interface LaneState {
  readonly waiting: number;
  readonly busy: boolean;
}

/** So many writes go before a read that waits. Reads may be slow, so they get no larger share. */
const writesBeforeRead = 8;

/**
 * A read that has waited for so long, in milliseconds, asks for the turn among gateways as a write does, or those of others that write
 * without a pause would keep it.
 */
const readPatienceMs = 1_000;

interface Place {
  readonly call: Call;
  readonly kind: RpcKind;
  readonly start: () => void;
  readonly turnAway: (error: GatewayError) => void;
}

/**
 * Lets one call run at a time. Free again when the reply's bytes are in; a read that takes longer than the hold limit lets
 * the next one start. A write does not until it is answered, or until the gateway's own deadline and its caller's have passed. A
 * caller's deadline ends their waiting and nothing else: whoever could end the call itself, and with it the lane, could let
 * others' calls overlap.
 *
 * Writes go first, but for a read after every eighth of them: whoever writes without a pause must not keep all others from reading.
 * Callers take turns, and then the operations of each. When as many wait as may, whoever has most calls waiting is turned away. Where
 * several gateways share the lane, a call also needs this one's turn among them, for which a read that has lost its patience asks as a
 * write does.
 */
export class Lane {
  readonly name: string;
  readonly #limits: LaneLimits;
  readonly #observeWait: Observe | undefined;
  /** Undefined: no other gateway sends calls of this lane. */
  readonly #turn: Turn | undefined;
  readonly #waitingWrites = new TurnQueue<Place>();
  readonly #waitingReads = new TurnQueue<Place>();
  /** How many writes have gone before the reads that wait, since one of those last had its turn. */
  #writesInARow = 0;
  /** Reads that have lost their patience, and wait. */
  #overdueReads = 0;
  /** The call that must not be overlapped now. */
  #holder: object | undefined;

  /**
   * @param observeWait told how long each call waited, those that were turned away included
   * @param openTurn where several gateways share the lane: how this one gets its turn among them
   */
  constructor(name: string, limits: LaneLimits, observeWait?: Observe, openTurn?: OpenTurn) {
    this.name = name;
    this.#limits = limits;
    this.#observeWait = observeWait;
    this.#turn = openTurn?.(name, { onTurn: () => this.#startNext(), onAway: (error) => this.turnAwayWaiting(error) });
  }

  /** How many calls a new one would have to wait for; 0: the lane is free. */
  get load(): number {
    return this.#waiting + (this.#holder === undefined ? 0 : 1);
  }

  /** Turns everybody away who waits: what the lane leads to is not there any more. */
  turnAwayWaiting(error: GatewayError): void {
    for (const queue of [this.#waitingWrites, this.#waitingReads]) {
      for (let place = queue.shift(); place !== undefined; place = queue.shift()) place.turnAway(error);
    }
  }

  get state(): LaneState {
    return { waiting: this.#waiting, busy: this.#holder !== undefined };
  }

  async run(call: Call, kind: RpcKind, next: Invoke): Promise<Reply> {
    this.#turn?.assertReachable();
    if (this.#holder === undefined && this.#mayBegin(kind)) this.#observeWait?.(0);
    else await this.#measureWait(call, kind);
    const holder = this.#hold();
    const endsAt = Math.max(Date.now() + this.#limits.callMs, call.deadlineAt ?? 0);
    // A call that was sent goes on, since Cuebot would go on anyway, and the lane must know when it ends.
    const reply = next({ ...call, signal: neverAborted, deadlineAt: endsAt });
    const release = () => this.#release(holder);
    const holdTimer = kind === 'read' ? setTimeout(release, this.#limits.holdLimitMs) : undefined;
    const end = () => {
      clearTimeout(holdTimer);
      release();
    };
    reply.then(end, end);
    return waitFor(reply, call, { endsAt });
  }

  async #measureWait(call: Call, kind: RpcKind): Promise<void> {
    const startedAt = performance.now();
    const span = call.span?.startChild('lane wait', { attributes: { 'cuegate.lane': this.name } });
    try {
      await this.#waitForTurn(call, kind);
    } catch (error) {
      span?.fail(GatewayError.from(error).reason);
      throw error;
    } finally {
      span?.end();
      const waitedMs = performance.now() - startedAt;
      if (call.timings !== undefined) call.timings.queuedMs = waitedMs;
      this.#observeWait?.(waitedMs / 1000);
    }
  }

  get #waiting(): number {
    return this.#waitingWrites.size + this.#waitingReads.size;
  }

  #hold(): object {
    const holder = {};
    this.#holder = holder;
    return holder;
  }

  #release(holder: object): void {
    if (this.#holder !== holder) return;
    this.#holder = undefined;
    this.#startNext();
  }

  /** Whether a call may begin that has just come. Those that wait for this gateway's turn have come before it. */
  #mayBegin(kind: RpcKind): boolean {
    return this.#turn === undefined || (this.#turn.take(kind) && this.#waiting === 0);
  }

  /** Starts who is first in the queue, if nobody is to be overlapped, here and in other gateways. */
  #startNext(): void {
    if (this.#holder !== undefined) return;
    if (this.#waiting === 0) this.#turn?.rest();
    else if (this.#turn?.take(this.#urgency) === false) return;
    const next = this.#shift();
    if (next === undefined) return;
    // Held for the chosen one from this moment on: its own code runs a turn later, and a newcomer must not slip in between.
    this.#hold();
    next.start();
  }

  /** What the turn is asked for with. */
  get #urgency(): RpcKind {
    return this.#waitingWrites.size > 0 || this.#overdueReads > 0 ? 'write' : 'read';
  }

  #shift(): Place | undefined {
    const isReadDue = this.#waitingReads.size > 0 && this.#writesInARow >= writesBeforeRead;
    const write = isReadDue ? undefined : this.#waitingWrites.shift();
    this.#writesInARow = write !== undefined && this.#waitingReads.size > 0 ? this.#writesInARow + 1 : 0;
    return write ?? this.#waitingReads.shift();
  }

  #waitForTurn(call: Call, kind: RpcKind): Promise<void> {
    const queue = kind === 'write' ? this.#waitingWrites : this.#waitingReads;
    const caller = call.identity.subject;
    if (queue.size >= this.#limits.maxWaiting) {
      const full = this.#turnedAway('LANE_FULL', `${queue.size} ${kind}s are waiting`);
      const yielding = queue.yieldTo(caller);
      if (yielding === undefined) throw full;
      yielding.turnAway(full);
    }
    const patienceMs = Math.max(0, (call.deadlineAt ?? Number.POSITIVE_INFINITY) - Date.now());
    const waitMs = Math.min(patienceMs, this.#limits.maxWaitMs);
    return new Promise((resolve, reject) => {
      const leave = (error: GatewayError) => {
        if (!queue.remove(caller, call.requestId, place)) return;
        settle();
        reject(error);
      };
      const onAbort = () => leave(callerGone());
      const onTimeout = () =>
        leave(
          patienceMs <= this.#limits.maxWaitMs
            ? deadlineExceeded()
            : this.#turnedAway('LANE_WAIT', `it was not this call's turn within ${waitMs} ms`),
        );
      const timer = setTimeout(onTimeout, waitMs);
      let isOverdue = false;
      const losePatience = () => {
        isOverdue = true;
        this.#overdueReads += 1;
        this.#startNext();
      };
      const patience =
        kind === 'read' && this.#turn !== undefined ? setTimeout(losePatience, readPatienceMs) : undefined;
      const settle = () => {
        clearTimeout(timer);
        clearTimeout(patience);
        if (isOverdue) this.#overdueReads -= 1;
        call.signal.removeEventListener('abort', onAbort);
      };
      const place: Place = {
        call,
        kind,
        start: () => {
          settle();
          resolve();
        },
        turnAway: (error) => {
          settle();
          reject(error);
        },
      };
      call.signal.addEventListener('abort', onAbort);
      queue.push(caller, call.requestId, place);
      if (call.signal.aborted) onAbort();
    });
  }

  #turnedAway(reason: 'LANE_FULL' | 'LANE_WAIT', why: string): GatewayError {
    return new GatewayError(
      'UNAVAILABLE',
      `calls of this kind run one at a time, and ${why}; the call was not sent, try again`,
      { reason, retryAfterSeconds: 1 },
    );
  }
}
