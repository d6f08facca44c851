import { TimeSlices } from '../../clock/time-slices.ts';

/** A text holds more values than it may. */
export class TooManyValues extends Error {
  override readonly name = 'TooManyValues';
}

/** How much is looked at before the clock is, in bytes: a millisecond or two. */
const bytesPerLook = 128 * 1024;

/**
 * Parses JSON of any length without keeping others waiting. JSON.parse cannot be stopped, and takes its time for values and not
 * for bytes, as does all that is done with them afterwards: so they are counted before, in slices, and the text is decoded on
 * the way. Parsing in a worker would gain nothing: to take over many small objects costs as much as to parse them.
 *
 * @throws TooManyValues, SyntaxError for what is no JSON, TypeError for what is no UTF-8
 */
export async function parseJsonInSlices(json: Buffer, maxValues: number, slices = new TimeSlices()): Promise<unknown> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const counter = new ValueCounter();
  let text = '';
  for (let at = 0; at < json.length; at += bytesPerLook) {
    const part = json.subarray(at, at + bytesPerLook);
    if (counter.count(part) > maxValues) throw new TooManyValues(`more than ${maxValues} values`);
    text += decoder.decode(part, { stream: true });
    if (slices.isOver()) await slices.pause();
  }
  text += decoder.decode();
  await slices.pause();
  const value: unknown = JSON.parse(text);
  // What is done with the values begins in a turn of its own.
  await slices.pause();
  return value;
}

/** Counts commas and opening brackets outside of strings: never fewer than there are values beside the outermost. */
class ValueCounter {
  #values = 0;
  #isInString = false;
  #isEscaped = false;

  /** Goes on with the next part of the text; returns how many there are so far. */
  count(part: Uint8Array): number {
    let [values, isInString, isEscaped] = [this.#values, this.#isInString, this.#isEscaped];
    for (const byte of part) {
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInString = false;
      } else if (byte === QUOTE) isInString = true;
      else if (byte === COMMA || byte === OPEN_LIST || byte === OPEN_OBJECT) values += 1;
    }
    [this.#values, this.#isInString, this.#isEscaped] = [values, isInString, isEscaped];
    return values;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;
