/**
 * The buffers in which JSON is written, lent again and again. A fresh one for each long answer makes V8 collect all of the
 * heap again and again, since it counts what lies outside: that was half of the time of a list of some hundred kilobytes.
 *
 * Whoever does not give a text back does no harm: then its buffer is garbage, and never lent again. A text that is given back
 * must not be read any more.
 */

/** Sizes are powers of two between these, in bytes; longer buffers are made for one text each. */
const smallest = 1 << 14;
const largest = 1 << 22;

/** How much lies idle at most, in bytes; what comes back beyond it is garbage. */
export const maxIdleBytes = 1 << 24;

/** By the logarithm of their size. */
const idle: Buffer[][] = [];
let idleBytes = 0;

/** Who holds which text, and how many do. By the text itself, and not by its memory: that may be another's by now. */
const holders = new WeakMap<Uint8Array, { readonly bytes: Buffer; count: number }>();

/** A buffer of at least so many bytes, with whatever was written in it before. */
export function lendBytes(count: number): Buffer {
  if (count > largest) return Buffer.allocUnsafeSlow(count);
  const exponent = 32 - Math.clz32(Math.max(count, smallest) - 1);
  const found = idle[exponent]?.pop();
  if (found === undefined) return Buffer.allocUnsafeSlow(1 << exponent);
  idleBytes -= found.length;
  return found;
}

/** Takes back a buffer that was lent, and of which no text was taken. */
export function returnBytes(bytes: Buffer): void {
  if (bytes.length > largest || idleBytes + bytes.length > maxIdleBytes) return;
  const exponent = 31 - Math.clz32(bytes.length);
  idle[exponent] ??= [];
  idle[exponent].push(bytes);
  idleBytes += bytes.length;
}

/** Notes that a text lies in a buffer that was lent; whoever made it holds it. */
export function holdText(text: Buffer, bytes: Buffer): Buffer {
  holders.set(text, { bytes, count: 1 });
  return text;
}

/** Whether giving a text back would give anything. */
export function isLent(text: Uint8Array): boolean {
  return holders.has(text);
}

/** One more holds a text until it gives it back. */
export function shareJson(text: Uint8Array): void {
  const holder = holders.get(text);
  if (holder !== undefined) holder.count += 1;
}

/**
 * Gives a text back, whose buffer is lent to others when the last of its holders has done so. For texts that were not made in
 * such a buffer, or that have been given back already, nothing happens.
 */
export function giveBackJson(text: Uint8Array): void {
  const holder = holders.get(text);
  if (holder === undefined) return;
  holder.count -= 1;
  if (holder.count > 0) return;
  holders.delete(text);
  returnBytes(holder.bytes);
}
