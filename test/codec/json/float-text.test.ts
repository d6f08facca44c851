import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatDouble, formatFloat, roundFloat } from '../../../src/codec/json/float-text.ts';

const bits = new DataView(new ArrayBuffer(4));

function floatOfBits(value: number): number {
  bits.setUint32(0, value);
  return bits.getFloat32(0);
}

/**
 * The shortest decimal of a positive float, by the definition and in exact integers: the interval of reals that round to
 * the float (its ends included when its mantissa is even), scaled by a power of ten, searched digit count by digit count.
 */
function shortestByDefinition(value: number): number {
  bits.setFloat32(0, value);
  const raw = bits.getUint32(0);
  const fraction = raw & 0x7f_ffff;
  const exponent = raw >>> 23;
  const mantissa = BigInt(exponent === 0 ? fraction : fraction | 0x80_0000);
  const power = Math.max(exponent, 1) - 150;
  // Everything in quarters of the last place: the neighbour below a power of two is only half as far away.
  const lowGap = fraction === 0 && exponent > 1 ? 1n : 2n;
  const even = (fraction & 1) === 0;
  for (let digits = 1; digits <= 9; digits += 1) {
    const scale = Math.floor(Math.log10(value)) - digits + 1;
    for (const ten of [scale - 1, scale, scale + 1]) {
      const found = nearestIn(mantissa * 4n, lowGap, power - 2, ten, even);
      if (found !== undefined && String(found).length <= digits) {
        return Number(`${found}e${ten}`);
      }
    }
  }
  throw new Error('Nine digits are always enough.');
}

function nearestIn(exact: bigint, lowGap: bigint, power: number, ten: number, even: boolean): bigint | undefined {
  // Both sides times the same number, so that 2^power and 10^ten are integers.
  const numerator = 2n ** BigInt(Math.max(power, 0)) * 10n ** BigInt(Math.max(-ten, 0));
  const unit = 2n ** BigInt(Math.max(-power, 0)) * 10n ** BigInt(Math.max(ten, 0));
  const [low, middle, high] = [(exact - lowGap) * numerator, exact * numerator, (exact + 2n) * numerator];
  const below = middle / unit;
  const inside = [below - 1n, below, below + 1n, below + 2n].filter((candidate) => {
    const at = candidate * unit;
    return candidate > 0n && (even ? at >= low && at <= high : at > low && at < high);
  });
  const distance = (candidate: bigint) =>
    candidate * unit > middle ? candidate * unit - middle : middle - candidate * unit;
  return inside.sort((left, right) => {
    const [near, far] = [distance(left), distance(right)];
    return near < far ? -1 : near > far ? 1 : Number(left % 2n) - Number(right % 2n);
  })[0];
}

describe('formatFloat()', () => {
  it.each([
    [0.1, '0.1'],
    [16384.0625, '16384.062'],
    [131072.125, '131072.12'],
    [1048576.25, '1048576.2'],
    [0.000244140625, '0.00024414062'],
    [2 ** -96, '1.2621775e-29'],
    [123456789, '123456790'],
    [16777217, '16777216'],
    [16777215, '16777215'],
    [33554431, '33554432'],
    [3.4028235e38, '3.4028235e+38'],
    [1e21, '1e+21'],
    [1e20, '100000000000000000000'],
    [1e-6, '0.000001'],
    [9.99e-7, '9.99e-7'],
    [1e-45, '1e-45'],
    [1.1754944e-38, '1.1754944e-38'],
    [0.33333334, '0.33333334'],
    [-0.1, '-0.1'],
    [-16384.0625, '-16384.062'],
    [-7, '-7'],
    [0, '0'],
    [-0, '-0'],
    [Number.NaN, '"NaN"'],
    [Number.POSITIVE_INFINITY, '"Infinity"'],
    [Number.NEGATIVE_INFINITY, '"-Infinity"'],
  ])('writes %d as %s', (value, text) => {
    expect(formatFloat(Math.fround(value))).toBe(text);
  });

  it('finds the shortest decimal of every power of two', () => {
    for (let exponent = -149; exponent < 128; exponent += 1) {
      expect(roundFloat(2 ** exponent)).toBe(shortestByDefinition(2 ** exponent));
    }
  });

  it('finds the shortest, nearest, even decimal of any float', () => {
    const anyFloat = fc.integer({ min: 1, max: 0x7f7f_ffff }).map(floatOfBits);
    // Few bits: the floats that lie exactly half-way between two decimals are among these.
    const roundFloats = fc.tuple(fc.integer({ min: 1, max: 0xff_ffff }), fc.integer({ min: -30, max: 4 }));
    const few = roundFloats.map(([mantissa, exponent]) => mantissa * 2 ** exponent);
    fc.assert(
      fc.property(fc.oneof(anyFloat, few), (value) => {
        expect(roundFloat(value)).toBe(shortestByDefinition(value));
        expect(roundFloat(-value)).toBe(-shortestByDefinition(value));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('formatDouble()', () => {
  it.each([
    [0.1, '0.1'],
    [0.1 + 0.2, '0.30000000000000004'],
    [123456789012345680, '123456789012345680'],
    [1e21, '1e+21'],
    [999999999999999900000, '999999999999999900000'],
    [1e-6, '0.000001'],
    [1e-7, '1e-7'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [-0, '-0'],
    [Number.NaN, '"NaN"'],
    [Number.NEGATIVE_INFINITY, '"-Infinity"'],
  ])('writes %d as %s', (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });
});
