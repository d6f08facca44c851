import { setImmediate } from 'node:timers/promises';

import type { InvokeOf, Reply } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';

import { createUpstream, defaultSilentAfterMs, type Upstream, type UpstreamOptions } from './create-upstream.ts';

/** How a Cuebot of several can be doing, and what that means for calls; docs/scaling.md shows it. */
export const cuebotStates = {
  ready: 'it answers and works on the same database as the others; calls go to it',
  away: 'there is no connection, or one over which it was not asked yet; calls go to it only where none is ready',
  'set-aside': 'it did not answer three times in a row; calls go to it only where there is no other at all',
  foreign: 'it works on another database; no call ever goes to it',
  unchecked: 'it has not answered since cuegate started; no call goes to it yet',
} as const;

/** One of these. */
export type CuebotState = keyof typeof cuebotStates;

/** What a Cuebot of several needs. */
export interface PooledCuebotOptions extends UpstreamOptions {
  /** How people know it. */
  readonly name: string;
  /** Told when it is set aside. */
  readonly onSetAside: (cuebot: PooledCuebot) => void;
}

/** So many failures in a row that say something of the server. */
const maxStrikes = 3;

/**
 * One Cuebot of several: its upstream, and how it is doing. Every call says something of that: an answer of any kind that it is
 * there, INTERNAL included, by which Cuebot says "not found"; UNAVAILABLE, and a deadline at which no byte had come, that it may
 * not be.
 */
export class PooledCuebot {
  readonly name: string;
  readonly upstream: Upstream;
  /** Whether it was seen to work on the right database; undefined: nobody knows. */
  isOurs: boolean | undefined;
  readonly #options: PooledCuebotOptions;
  /** The connection over which it was last asked. */
  #askedOn = 0;
  #isSetAside = false;
  #strikes = 0;
  #underWay = 0;
  #bytesAtLastLook = 0;

  constructor(options: PooledCuebotOptions) {
    this.name = options.name;
    this.#options = options;
    this.upstream = createUpstream(options);
  }

  get state(): CuebotState {
    if (this.isOurs === undefined) return 'unchecked';
    if (!this.isOurs) return 'foreign';
    if (this.#isSetAside) return 'set-aside';
    return this.upstream.isConnected() && this.upstream.connections() === this.#askedOn ? 'ready' : 'away';
  }

  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  readonly invokeOf: InvokeOf = (method) => {
    const send = this.upstream.invokeOf(method);
    const mayGoUnanswered = this.#options.mayGoUnanswered?.(method) ?? false;
    return (call) => this.#watch(() => send(call), mayGoUnanswered);
  };

  /** Asks it something, and notes whether it answered. Never rejects. */
  async answers(method: MethodDescriptor | undefined, timeoutMs: number): Promise<boolean> {
    // Where nothing is known to ask, a connection must do.
    if (method === undefined) return this.upstream.isConnected();
    return this.#watch(() => this.upstream.ask(method, timeoutMs), false).then(
      () => true,
      () => false,
    );
  }

  /** Whether calls are under way and not a byte has come since this was last asked. */
  isSilent(): boolean {
    const bytes = this.upstream.bytesRead();
    const isSilent = this.#underWay > 0 && bytes === this.#bytesAtLastLook;
    this.#bytesAtLastLook = bytes;
    return isSilent;
  }

  /** It is back: it has answered, and is one of ours. */
  takeBack(): void {
    this.#strikes = 0;
    this.#isSetAside = false;
    this.#askedOn = this.upstream.connections();
    this.isOurs = true;
  }

  async #watch(send: () => Promise<Reply>, mayGoUnanswered: boolean): Promise<Reply> {
    const bytesBefore = this.upstream.bytesRead();
    const sentAt = performance.now();
    this.#underWay += 1;
    try {
      const reply = await send();
      this.#strikes = 0;
      return reply;
    } catch (error) {
      const waitedMs = performance.now() - sentAt;
      const failure = GatewayError.from(error);
      const isLate = failure.status.name === 'DEADLINE_EXCEEDED' && !mayGoUnanswered && waitedMs >= minSilenceMs;
      // After a long turn of the event loop, timers run before sockets are read: an answer may lie there already.
      if (isLate) await setImmediate();
      this.#note(failure, isLate && this.upstream.bytesRead() === bytesBefore);
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  #note({ status, connectionLoss }: GatewayError, isSilence: boolean): void {
    // Its caller has gone, or had too little patience: that says nothing.
    const isLost = connectionLoss !== undefined;
    if ((status.name === 'CANCELLED' && !isLost) || (status.name === 'DEADLINE_EXCEEDED' && !isSilence)) return;
    const isStrike = isLost || status.name === 'UNAVAILABLE' || status.name === 'DEADLINE_EXCEEDED';
    this.#strikes = isStrike ? this.#strikes + 1 : 0;
    // One that gets no calls yet has none to lose.
    if (this.#strikes < maxStrikes || this.#isSetAside || this.isOurs !== true) return;
    this.#isSetAside = true;
    this.#options.onSetAside(this);
  }
}

/** A caller who asks for less time, in milliseconds, says nothing; timers of Node may be early by one. */
const minSilenceMs = defaultSilentAfterMs - 2;
