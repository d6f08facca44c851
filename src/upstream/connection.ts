import { connectivityState } from '@grpc/grpc-js';

import type { Logger } from '../telemetry/logger.ts';

import { type ChannelOptions, openChannel } from './open-channel.ts';
import type { ChannelTls, UpstreamChannel } from './upstream-channel.ts';

/** What a connection needs. */
export interface ConnectionOptions extends Omit<ChannelOptions, 'tls'> {
  /** What is shown and believed by connections that are made from now on; undefined: plain text. */
  readonly tls?: (() => ChannelTls) | undefined;
  readonly logger: Logger;
}

/** How long a new connection may take before it is dialled once more, or said to fail, in milliseconds. */
const dialMs = 5_000;

/**
 * The connection to Cuebot: one channel, and a second one while the first is given up. Its loss and its return are logged
 * once each.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  /** What calls are sent by. */
  #current: UpstreamChannel;
  /** What is dialled in its place. */
  #fresh: UpstreamChannel | undefined;
  /** Whether the first seems dead. */
  #isDoubted = false;
  /** Whether the first is kept only because none could be had by the certificates that came later. */
  #isOutdated = false;
  #dialTimer: NodeJS.Timeout | undefined;
  #told: 'nothing' | 'connected' | 'lost' = 'nothing';
  #isClosed = false;
  #made = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#current = this.#open();
  }

  get channel(): UpstreamChannel {
    return this.#current;
  }

  /** How often a connection was made: whoever talked to the last one does not know who is at the other end of the next. */
  get made(): number {
    return this.#made;
  }

  /** Whether the handshake of HTTP/2 is done and nothing speaks against it; asking begins to connect. */
  get isReady(): boolean {
    return this.#current.getConnectivityState(true) === connectivityState.READY && !this.#isDoubted && !this.#isClosed;
  }

  /**
   * Dials anew, since the connection seems dead although nobody has closed it. It is kept until the new one is there, or
   * cannot be had: calls that it has under way end as they would have.
   */
  replace(reason: string): void {
    if (this.#isDoubted || this.#isClosed) return;
    this.#isDoubted = true;
    this.#told = 'lost';
    this.#options.logger.warn({ address: this.#options.endpoint }, `${reason}; a new connection is dialled`);
    this.#dialFresh();
  }

  /** Dials anew by what `tls` says now. The old connection is kept where the new one cannot be had. */
  renew(): void {
    if (!this.#isClosed) this.#dialFresh();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#dialTimer);
    this.#current.close();
    this.#fresh?.close();
  }

  #open(): UpstreamChannel {
    const { tls, ...options } = this.#options;
    const channel = openChannel({ ...options, tls: tls?.() });
    this.#watch(channel, connectivityState.IDLE);
    return channel;
  }

  #watch(channel: UpstreamChannel, last: connectivityState): void {
    // Closing a channel tells its watchers at once; by then it is neither.
    channel.watchConnectivityState(last, Number.POSITIVE_INFINITY, () => {
      if (this.#isClosed || (channel !== this.#current && channel !== this.#fresh)) return;
      const state = channel.getConnectivityState(false);
      if (channel === this.#fresh) this.#onFreshState(channel, state);
      if (channel === this.#current) this.#onState(state);
      // One that was given up is closed by now.
      if (channel === this.#current || channel === this.#fresh) this.#watch(channel, state);
    });
  }

  #onState(state: connectivityState): void {
    if (state === connectivityState.READY) {
      this.#made += 1;
      // Also when it has come back by itself while another one was dialled.
      const needless = this.#isDoubted ? this.#fresh : undefined;
      if (needless !== undefined) this.#giveUpFresh();
      needless?.close();
      this.#tellConnected();
    } else if (this.#isOutdated) {
      this.#isOutdated = false;
      this.#isDoubted = true;
      this.#tellLost();
      this.#dialFresh();
    } else if (state === connectivityState.TRANSIENT_FAILURE) this.#tellLost();
    // So that its return is noticed, and not only by the next call.
    else if (state === connectivityState.IDLE) this.#current.getConnectivityState(true);
    else this.#dialTimer ??= setTimeout(() => this.#tellLost(), dialMs).unref();
  }

  #dialFresh(): void {
    const before = this.#fresh;
    const fresh = this.#open();
    this.#fresh = fresh;
    before?.close();
    fresh.getConnectivityState(true);
    clearTimeout(this.#dialTimer);
    // TCP asks ever more rarely, so that after a long silence a new question is answered sooner than an old one.
    this.#dialTimer = setTimeout(() => this.#dialFresh(), dialMs).unref();
  }

  #giveUpFresh(): void {
    this.#fresh = undefined;
    this.#isDoubted = false;
  }

  #onFreshState(fresh: UpstreamChannel, state: connectivityState): void {
    if (state !== connectivityState.READY && state !== connectivityState.TRANSIENT_FAILURE) return;
    this.#stopTimer();
    const isKept = !this.#isDoubted && this.#current.getConnectivityState(false) === connectivityState.READY;
    const isInVain = state === connectivityState.TRANSIENT_FAILURE && isKept;
    this.#isOutdated = isInVain;
    const needless = isInVain ? fresh : this.#current;
    if (isInVain) {
      const { logger, endpoint: address } = this.#options;
      logger.warn(
        { address },
        'Cuebot cannot be reached by the new certificates; the connection of the old ones is kept',
      );
    } else this.#current = fresh;
    this.#giveUpFresh();
    needless.close();
  }

  #tellConnected(): void {
    this.#stopTimer();
    if (this.#told === 'connected') return;
    const { logger, endpoint: address } = this.#options;
    logger.info({ address }, this.#told === 'lost' ? 'Cuebot can be reached again' : 'connected to Cuebot');
    this.#told = 'connected';
  }

  #tellLost(): void {
    if (this.#told === 'lost') return;
    const { logger, endpoint: address } = this.#options;
    logger.warn(
      { address },
      this.#told === 'connected' ? 'Cuebot cannot be reached any more' : 'Cuebot cannot be reached',
    );
    this.#told = 'lost';
  }

  #stopTimer(): void {
    clearTimeout(this.#dialTimer);
    this.#dialTimer = undefined;
  }
}
