/** A JavaScript value does not fit its message: says what was found and what was expected; `path` says where. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  /** JSON names and list indexes from the outermost message inwards. */
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[]) {
    super(message);
    this.path = path;
  }
}
