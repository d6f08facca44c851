import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseDouble, parseFloat32, parseInteger } from '../../../src/codec/json/json-number.ts';

const integer = (text: string) => parseInteger(Buffer.from(text), 0, text.length);
const double = (text: string) => parseDouble(Buffer.from(text), 0, text.length);
const float = (text: string) => parseFloat32(Buffer.from(text), 0, text.length);

const notNumbers = [
  '',
  '-',
  '+1',
  '01',
  '-01',
  '1.',
  '.5',
  '1e',
  '1e+',
  '0x1',
  '1_0',
  ' 1',
  '1 ',
  '1,',
  'NaN',
  'true',
  '１',
  '1.5.5',
  '--1',
  '1e5.0',
];

describe('parseInteger()', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['1.0', 1],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['1e-0', 1],
    ['10e-1', 1],
    ['1.50e1', 15],
    ['0.1e1', 1],
    ['0.05e2', 5],
    ['1000000000000e-9', 1000],
    ['0e999999999999', 0],
    ['-0.000e-99999999999', 0],
    ['999999999999999', 999_999_999_999_999],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    ['18446744073709551615', 18_446_744_073_709_551_615n],
    ['1.8446744073709551615e19', 18_446_744_073_709_551_615n],
    ['922337203685477580700e-2', 9_223_372_036_854_775_807n],
  ])('reads %s', (text, value) => {
    expect(integer(text)).toBe(value);
  });

  it.each([
    ...notNumbers,
    '1.5',
    '12e-1',
    '1.25e1',
    '1e21',
    '1e400',
    '1e99999999999',
    // By the digits as written, not by the value: one, in both cases.
    '0.0000000000000000000001e22',
    '10.0e-1x',
  ])('refuses %j', (text) => {
    expect(integer(text)).toBeUndefined();
  });

  it('agrees with BigInt on plain digits, and with itself on any way to write them', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 19n), 10n ** 19n).filter(Boolean), fc.nat(8), (value, shift) => {
        expect(BigInt(integer(String(value))!)).toBe(value);
        expect(BigInt(integer(`${value}${'0'.repeat(shift)}e-${shift}`)!)).toBe(value);
        expect(BigInt(integer(`${value}.${'0'.repeat(shift + 1)}`)!)).toBe(value);
      }),
      { numRuns: 300 },
    );
  });

  it('reads from the middle of a text', () => {
    expect(parseInteger(Buffer.from('[12,345]'), 4, 7)).toBe(345);
  });
});

describe('parseDouble()', () => {
  it.each(notNumbers)('refuses %j', (text) => {
    expect(double(text)).toBeUndefined();
  });

  it('refuses what rounds to infinity', () => {
    expect(double('1.797693134862315807e308')).toBe(Number.MAX_VALUE);
    expect(double('1.797693134862315808e308')).toBeUndefined();
    expect(double('1e309')).toBeUndefined();
    expect(double('-1e309')).toBeUndefined();
  });

  it('lets what is too small be zero', () => {
    expect(double('2e-324')).toBe(0);
    expect(double('5e-324')).toBe(5e-324);
    expect(double('-1e-400')).toBe(-0);
  });
});

describe('parseFloat32()', () => {
  it.each(notNumbers)('refuses %j', (text) => {
    expect(float(text)).toBeUndefined();
  });

  it.each([
    ['340282356779733661637539395458142568447', 3.4028234663852886e38],
    ['340282356779733661637539395458142568447.99999', 3.4028234663852886e38],
    ['-340282356779733661637539395458142568447', -3.4028234663852886e38],
    ['340282356779733661637539395458142568448', undefined],
    ['3.4028236e38', undefined],
    ['1e39', undefined],
    // Half-way between two floats as nearest doubles go, but not quite as written.
    ['1.00000017881393432617187499', 1 + 2 ** -23],
    ['1.000000178813934326171875', 1 + 2 ** -22],
    ['1.00000005960464477539062500001', 1 + 2 ** -23],
    ['1.000000059604644775390625', 1],
    ['-1.00000005960464477539062500001', -(1 + 2 ** -23)],
    ['16777217', 16_777_216],
    ['16777217.0000000000001', 16_777_218],
    ['0.16777217000000000000001e8', 16_777_218],
    // The smallest float and half of it.
    ['1e-45', 1.401298464324817e-45],
    [
      '7.00649232162408535461864791644958065640130970938257885878534141944895541342930300743319094181060791015625e-46',
      0,
    ],
    [
      '7.00649232162408535461864791644958065640130970938257885878534141944895541342930300743319094181060791015626e-46',
      1.401298464324817e-45,
    ],
    ['1e-60', 0],
    ['-1e-60', -0],
  ])('rounds %s once', (text, value) => {
    expect(float(text)).toBe(value);
  });

  it('takes the float that is nearest to the text, by exact arithmetic', () => {
    const digits = fc.bigInt(1n, 10n ** 25n);
    fc.assert(
      fc.property(digits, fc.integer({ min: -60, max: 12 }), (mantissa, exponent) => {
        expect(float(`${mantissa}e${exponent}`)).toBe(nearestFloat(mantissa, exponent));
      }),
      { numRuns: 500 },
    );
  });

  it('rounds what lies next to the middle of two floats', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0x7f00_0000 }), fc.constantFrom(-1n, 0n, 1n), (bits, nudge) => {
        // The middle of a float and the next one is a binary fraction of at most 150 digits; a nudge goes 160 digits deep.
        const { numerator, shift } = fractionOf(bits);
        const middle = numerator * 2n + 1n;
        const scaled = (middle * 10n ** 160n) / 2n ** BigInt(shift + 1) + nudge;
        expect(float(`${scaled}e-160`)).toBe(nearestFloat(scaled, -160));
      }),
      { numRuns: 300 },
    );
  });
});

const view = new DataView(new ArrayBuffer(4));

function floatOf(bits: number): number {
  view.setInt32(0, bits);
  return view.getFloat32(0);
}

/** A positive float as `numerator / 2 ** shift`. */
function fractionOf(bits: number): { numerator: bigint; shift: number } {
  const exponent = bits >>> 23;
  const fraction = BigInt(bits & 0x7f_ffff);
  const shift = exponent === 0 ? 149 : 150 - exponent;
  const numerator = exponent === 0 ? fraction : fraction | 0x80_0000n;
  return shift < 0 ? { numerator: numerator << BigInt(-shift), shift: 0 } : { numerator, shift };
}

/** By bisection over all floats, comparing exactly: the float before which the text's value does not lie nearer. */
function nearestFloat(mantissa: bigint, exponent: number): number | undefined {
  let low = 0;
  let high = 0x7f80_0000;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (compare(mantissa, exponent, fractionOf(middle)) < 0) high = middle;
    else low = middle;
  }
  const { numerator, shift } = fractionOf(low);
  const next = fractionOf(high);
  const common = BigInt(Math.max(shift, next.shift));
  const between = (numerator << (common - BigInt(shift))) + (next.numerator << (common - BigInt(next.shift)));
  const side = compare(mantissa, exponent, { numerator: between, shift: Number(common) + 1 });
  const value = floatOf(side < 0 || (side === 0 && low % 2 === 0) ? low : high);
  return Number.isFinite(value) ? value : undefined;
}

function compare(mantissa: bigint, exponent: number, fraction: { numerator: bigint; shift: number }): number {
  let left = mantissa << BigInt(fraction.shift);
  let right = fraction.numerator;
  if (exponent < 0) right *= 10n ** BigInt(-exponent);
  else left *= 10n ** BigInt(exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}
