/**
 * A JSON text is well-formed but does not fit its message. The message is protobuf-go's, complete: prefix, position of
 * the offending token, what was found there. Answered as INVALID_ARGUMENT; quotes only what the caller sent.
 */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** Where something is in a text, in lines and code points from 1 on. */
export interface Place {
  at: number;
  line: number;
  column: number;
}

/** An error far on in a text that is read in steps: what it says begins with its line, and to count those takes long. */
export class UnplacedJsonError extends JsonError {
  readonly #bytes: Uint8Array;
  readonly #at: number;
  readonly #place: Place;
  readonly #compose: (place: Place) => string;

  constructor(bytes: Uint8Array, at: number, place: Place, compose: (place: Place) => string) {
    super('an error whose place was not counted');
    this.#bytes = bytes;
    this.#at = at;
    this.#place = place;
    this.#compose = compose;
  }

  /** Counts its place, and gives the error with it; stops now and then. */
  *placeInSteps(): Generator<void, JsonError> {
    const place = this.#place;
    while (place.at < this.#at) {
      countTo(this.#bytes, place, Math.min(this.#at, place.at + bytesPerStep));
      yield;
    }
    return new JsonError(this.#compose(place));
  }
}

/** How many bytes are counted before others may have their turn. */
const bytesPerStep = 256 * 1024;

/** Moves a place on to `stop`, which is not before it. */
export function countTo(bytes: Uint8Array, place: Place, stop: number): void {
  let { line, column } = place;
  for (let index = place.at; index < stop; index++) {
    const c = bytes[index]!;
    if (c === LINE_FEED) {
      line++;
      column = 1;
    } else if ((c & 0xc0) !== 0x80) {
      // Not a continuation byte: what stands before an error has passed as UTF-8.
      column++;
    }
  }
  place.at = stop;
  place.line = line;
  place.column = column;
}

const LINE_FEED = 0x0a;
