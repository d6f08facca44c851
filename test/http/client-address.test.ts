import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from 'vitest';

import { compileAddressOf, compileIsShared, peerAddressOf } from '../../src/http/client-address.ts';
import { parseIpNetwork } from '../../src/http/ip-network.ts';

const requestFrom = (remoteAddress: string | undefined, forwardedFor?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwardedFor } }) as unknown as IncomingMessage;

describe('peerAddressOf()', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8::1', '2001:db8::1'],
    [undefined, undefined],
  ])('says of %s: %s', (remoteAddress, expected) => {
    expect(peerAddressOf(requestFrom(remoteAddress, '203.0.113.9'))).toBe(expected);
  });
});

describe('compileIsShared()', () => {
  const isShared = compileIsShared([parseIpNetwork('10.1.0.0/16')!]);

  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['10.1.2.3', true],
    ['10.2.0.1', false],
    ['2001:db8::1', false],
    ['', false],
  ])('says of %s: %s', (address, expected) => {
    expect(isShared(address)).toBe(expected);
  });
});

describe('compileAddressOf()', () => {
  const addressOf = compileAddressOf(['10.1.0.0/16', '2001:db8::1'].map((text) => parseIpNetwork(text)!));

  it('believes nobody when no proxy is named', () => {
    expect(compileAddressOf([])(requestFrom('10.1.0.1', '203.0.113.9'))).toBe('10.1.0.1');
  });

  it.each<[name: string, peer: string | undefined, forwardedFor: string | undefined, expected: string | undefined]>([
    ['a proxy that names its client', '10.1.0.1', '203.0.113.9', '203.0.113.9'],
    ['the same on a listener for both families', '::ffff:10.1.0.1', '203.0.113.9', '203.0.113.9'],
    ['a proxy of IPv6', '2001:db8::1', '2001:db8:2::7', '2001:db8:2::7'],
    ['a client that names somebody', '203.0.113.9', '10.1.0.7', '203.0.113.9'],
    ['a client that names somebody to a proxy', '10.1.0.1', '192.0.2.1, 203.0.113.9', '203.0.113.9'],
    ['two proxies in a row', '10.1.0.1', '203.0.113.9, 10.1.0.2', '203.0.113.9'],
    ['proxies alone', '10.1.0.1', '10.1.0.3, 10.1.0.2', '10.1.0.3'],
    ['a proxy that names nobody', '10.1.0.1', undefined, '10.1.0.1'],
    ['a port', '10.1.0.1', '203.0.113.9:51234', '203.0.113.9'],
    ['brackets and a port', '10.1.0.1', '[2001:db8:2::7]:51234', '2001:db8:2::7'],
    ['brackets alone', '10.1.0.1', '[2001:db8:2::7]', '2001:db8:2::7'],
    ['IPv4 inside IPv6', '10.1.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['the same in hex', '10.1.0.1', '::FFFF:cb00:7109', '203.0.113.9'],
    ['the same in full', '10.1.0.1', '0:0:0:0:0:ffff:cb00:7109', '203.0.113.9'],
    ['what is no address', '10.1.0.1', '203.0.113.9, unknown', '10.1.0.1'],
    ['an empty entry', '10.1.0.1', '203.0.113.9,', '10.1.0.1'],
    ['a text that would forge a line', '10.1.0.1', '203.0.113.9\t"', '10.1.0.1'],
    ['a connection that is gone', undefined, '203.0.113.9', undefined],
  ])('finds who is behind %s', (_, peer, forwardedFor, expected) => {
    expect(addressOf(requestFrom(peer, forwardedFor))).toBe(expected);
  });
});
