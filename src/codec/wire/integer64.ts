const TWO_32 = 4_294_967_296;

/** The unsigned 64-bit integer of two 32-bit halves, when a double holds it exactly; else -1. */
export function toSafeInteger(low: number, high: number): number {
  return high >>> 0 < 0x20_0000 ? (high >>> 0) * TWO_32 + (low >>> 0) : -1;
}

/** Decimal digits of the unsigned 64-bit integer of two 32-bit halves. */
export function formatUnsigned64(low: number, high: number): string {
  const safe = toSafeInteger(low, high);
  return safe >= 0 ? String(safe) : String((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}

/** Decimal digits of the signed 64-bit integer of two 32-bit halves. */
export function formatSigned64(low: number, high: number): string {
  return high < 0 ? `-${formatUnsigned64(negateLow(low), negateHigh(low, high))}` : formatUnsigned64(low, high);
}

/** The low half of the two's complement. */
export function negateLow(low: number): number {
  return -low | 0;
}

/** The high half of the two's complement: the carry arrives only when the low half is zero. */
export function negateHigh(low: number, high: number): number {
  return low === 0 ? -high | 0 : ~high;
}
