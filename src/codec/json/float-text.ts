/**
 * Writes a double as protobuf-go does: the shortest digits that identify it, plain from 1e-6 up to 1e21, else with an
 * exponent. JavaScript's own text is the same but for negative zero, and NaN and the infinities, which JSON puts in quotes.
 */
export function formatDouble(value: number): string {
  if (value === 0) {
    return Object.is(value, -0) ? '-0' : '0';
  }
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** Writes a float (a number that binary32 holds exactly) with the shortest digits that identify it among floats. */
export function formatFloat(value: number): string {
  return formatDouble(roundFloat(value));
}

/**
 * The double whose own shortest digits are the float's: 0.1, not 0.10000000149011612. Of several equally short
 * decimals it is the one nearest to the float, and of two equally near ones the one with an even last digit.
 */
export function roundFloat(value: number): number {
  const magnitude = Math.abs(value);
  if (magnitude < 1 << 24 && magnitude === Math.trunc(magnitude)) {
    return value;
  }
  if (magnitude > 1e-4 && magnitude < 1e6) {
    const short = roundShort(value);
    if (short !== undefined) {
      return short;
    }
  }
  return Number.isFinite(value) ? (value < 0 ? -roundShortest(magnitude) : roundShortest(magnitude)) : value;
}

/** Every decimal of at most six digits survives a float, so no two of them can meet in one: the first hit is the answer. */
function roundShort(value: number): number | undefined {
  for (let scale = 10; scale <= 1e9; scale *= 10) {
    const digits = Math.round(value * scale);
    if (digits >= 1e6 || digits <= -1e6) {
      return undefined;
    }
    const candidate = digits / scale;
    if (Math.fround(candidate) === value) {
      return candidate;
    }
  }
  return undefined;
}

/** The general case. Nine digits identify every float. */
function roundShortest(value: number): number {
  for (let precision = 1; precision < 9; precision += 1) {
    const found = nearestOfPrecision(value, precision);
    if (found !== undefined) {
      return found;
    }
  }
  return nearestOfPrecision(value, 9)!;
}

/** The best decimal of this many digits that reads back as the float, if there is one. */
function nearestOfPrecision(value: number, precision: number): number | undefined {
  const text = value.toExponential(precision - 1);
  const nearest = Number(text);
  if (Math.fround(nearest) === value) {
    // toExponential() takes the larger of two equally near decimals.
    const even = isOdd(text) && isTie(value, precision) ? step(text, -1) : nearest;
    return Math.fround(even) === value ? even : nearest;
  }
  // Below a power of two the floats lie closer together: the nearest decimal may fall among them although the next larger
  // one, farther away, still belongs to this float.
  const larger = step(text, 1);
  return Math.fround(larger) === value ? larger : undefined;
}

function isOdd(text: string): boolean {
  return (text.charCodeAt(text.indexOf('e') - 1) & 1) === 1;
}

/** Whether the float lies exactly half-way between two decimals of this precision: one more digit, a 5, is all of it. */
function isTie(value: number, precision: number): boolean {
  const longer = value.toExponential(precision);
  const mantissa = longer.slice(0, longer.indexOf('e'));
  // 100 digits are exact: no tie of nine digits has more than ten.
  return mantissa.endsWith('5') && value.toExponential(100).startsWith(mantissa.padEnd(102, '0'));
}

/** The decimal whose last digit is `by` away from the text's. */
function step(text: string, by: number): number {
  const exponentAt = text.indexOf('e');
  const mantissa = text.slice(0, exponentAt);
  const digits = Number(mantissa.replace('.', '')) + by;
  const exponent = Number(text.slice(exponentAt + 1)) - (mantissa.length > 1 ? mantissa.length - 2 : 0);
  return Number(`${digits}e${exponent}`);
}
