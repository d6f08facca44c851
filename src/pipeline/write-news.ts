/** Word of the writes that other gateways send to the same upstream. */
export interface WriteNews {
  /** Told when a write has ended elsewhere, or when nobody can tell whether one has. */
  readonly watch: (listener: () => void) => void;
  /**
   * Resolves once every write is heard of that was announced before; false: that cannot be known now. Nothing that began
   * before may answer a caller unless this has resolved to true since they came.
   */
  readonly catchUp: () => Promise<boolean>;
  /** A write has ended here. Resolves when others can hear of it, or when the store is away. Never rejects. */
  readonly announce: () => Promise<void>;
}
