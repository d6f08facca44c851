import { isIP } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileNetworks, parseIpNetwork, plainAddress, subscriberNetworkOf } from '../../src/http/ip-network.ts';

describe('parseIpNetwork()', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', '11.0.0.0'],
    ['10.1.2.3', '10.1.2.3', '10.1.2.4'],
    ['10.1.2.0/23', '10.1.3.255', '10.1.4.0'],
    ['0.0.0.0/0', '203.0.113.9', '2001:db8::1'],
    ['2001:db8::/32', '2001:db8:ffff::1', '2001:db9::'],
    ['::1', '::1', '::2'],
    ['::/0', '2001:db8::1', 'nothing'],
    ['192.168.0.0/16', '::ffff:192.168.7.8', '::ffff:192.169.0.1'],
    ['::ffff:10.0.0.0/104', '10.9.9.9', '11.0.0.0'],
    ['fe80::/10', 'fe80::1%eth0', '::1'],
  ])('%s has %s and not %s', (text, inside, outside) => {
    const has = compileNetworks([parseIpNetwork('192.0.2.1')!, parseIpNetwork(text)!]);
    expect([has(inside), has(outside), has('192.0.2.1')]).toEqual([true, false, true]);
  });

  it.each([
    '',
    '/',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.1/8',
    '10.0.0',
    '10.0.0.0.0',
    '010.0.0.0',
    '256.0.0.0',
    '1.2.3.4 ',
    'localhost',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    'g::',
    '12345::',
    '::/129',
    '2001:db8::1/32',
    '1.2.3.4::',
    '::1.2.3',
    '1:2:3:4:5:6:7::8:9',
  ])('refuses %j', (text) => {
    expect(parseIpNetwork(text)).toBeUndefined();
  });
});

/** Of a network of IPv4, the first address and the last, as numbers. */
function boundsOf(network: number, prefix: number): readonly [number, number] {
  const size = 2 ** (32 - prefix);
  const first = Math.floor(network / size) * size;
  return [first, first + size - 1];
}

const textOf = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');

describe('compileNetworks()', () => {
  it('has every address between the first and the last of a network, and no other', () => {
    const address = fc.nat(2 ** 32 - 1);
    fc.assert(
      fc.property(address, address, fc.nat(32), (base, other, prefix) => {
        const [first, last] = boundsOf(base, prefix);
        const has = compileNetworks([parseIpNetwork(`${textOf(first)}/${prefix}`)!]);
        expect([has(textOf(first)), has(textOf(last)), has(textOf(base))]).toEqual([true, true, true]);
        expect(has(`::ffff:${textOf(other)}`)).toBe(first <= other && other <= last);
        if (first !== base) expect(parseIpNetwork(`${textOf(base)}/${prefix}`)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('takes every address that node takes, and no other text throws', () => {
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom(...'0123456789abcf:.%'), maxLength: 20 }),
    );
    const has = compileNetworks([parseIpNetwork('::/0')!]);
    fc.assert(
      fc.property(texts, (text) => {
        expect(has(text), text).toBe(isIP(text) !== 0);
        expect(parseIpNetwork(text) !== undefined, text).toBe(isIP(text) !== 0);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('plainAddress()', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:a00:1', '10.0.0.1'],
    ['0:0:0:0:0:ffff:0a00:0001', '10.0.0.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1.2.3.4', '::1.2.3.4'],
    ['no: address', 'no: address'],
  ])('writes %s as %s', (text, expected) => expect(plainAddress(text)).toBe(expected));
});

describe('subscriberNetworkOf()', () => {
  it('is the same for the addresses of one subscriber, however they are written', () => {
    expect(subscriberNetworkOf('2001:DB8:0:1::7')).toBe(subscriberNetworkOf('2001:db8:0:1:ffff::%eth0'));
    expect(subscriberNetworkOf('2001:db8:0:1::7')).not.toBe(subscriberNetworkOf('2001:db8:0:2::7'));
  });
});
