import { BlockList, isIP } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { networkHas, parseIpAddress, parseIpNetwork } from '../../src/http/ip-network.ts';

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
    const network = parseIpNetwork(text)!;
    expect(networkHas(network, parseIpAddress(inside)!)).toBe(true);
    const other = parseIpAddress(outside);
    expect(other !== undefined && networkHas(network, other)).toBe(false);
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

describe('parseIpAddress()', () => {
  it('takes what node takes, and nothing else', () => {
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom(...'0123456789abcf:.'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseIpAddress(text) !== undefined, text).toBe(isIP(text) !== 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('agrees with node about which network has an address', () => {
    const bits = fc.nat(32);
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), bits, (base, other, prefix) => {
        const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
        const number = base.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
        const network = [24, 16, 8, 0].map((shift) => (((number & mask) >>> 0) >>> shift) & 255).join('.');
        const list = new BlockList();
        list.addSubnet(network, prefix);
        expect(networkHas(parseIpNetwork(`${network}/${prefix}`)!, parseIpAddress(other)!)).toBe(list.check(other));
      }),
      { numRuns: 500 },
    );
  });
});
