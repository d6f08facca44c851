/** The two clocks by which a gateway judges whether its rights still last. */
export interface Clocks {
  /** Milliseconds of a clock that does not jump, but may stand still while the machine sleeps. */
  readonly monotonic: () => number;
  /** Milliseconds since 1970, which goes on in sleep, but may be set. */
  readonly wall: () => number;
}

/** Those of this machine. */
export const systemClocks: Clocks = { monotonic: () => performance.now(), wall: Date.now };

/** A moment by both clocks. */
export class Moment {
  readonly #clocks: Clocks;
  readonly #monotonic: number;
  readonly #wall: number;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
    this.#monotonic = clocks.monotonic();
    this.#wall = clocks.wall();
  }

  /** How long ago it was at most, in milliseconds, by whichever clock says more: for rights that end by themselves. */
  get atMostAgoMs(): number {
    return Math.max(this.#clocks.monotonic() - this.#monotonic, this.#clocks.wall() - this.#wall);
  }
}
