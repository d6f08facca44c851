import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net';

/** A network of addresses, as CIDR writes it (RFC 4632, 3.1; RFC 4291, 2.3). */
export interface IpNetwork {
  readonly address: string;
  /** How many bits an address must share with it. */
  readonly prefix: number;
}

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32`, or one address. Undefined when the text is none of them, or has bits behind its prefix,
 * which is either a mistake in the address or in the prefix.
 */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  if (!isIpAddress(address) || rest.length > 0) return undefined;
  const width = isIPv4(address) ? 32 : 128;
  if (prefixText !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? width : Number(prefixText);
  if (prefix > width) return undefined;
  const hostBits = 128n - BigInt(mappedPrefix(address, prefix));
  return numberOf(address) % 2n ** hostBits === 0n ? { address, prefix } : undefined;
}

/**
 * Compiles whether an address is in one of some networks. What is no address is in none. IPv4 counts also where it is written
 * as IPv6 (`::ffff:10.0.0.1`), as a server that listens on `::` sees its IPv4 callers (RFC 4291, 2.5.5.2).
 */
export function compileNetworks(networks: readonly IpNetwork[]): (address: string) => boolean {
  // Asked for each call, and most sites name none.
  if (networks.length === 0) return () => false;
  const list = new BlockList();
  for (const { address, prefix } of networks) list.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6');
  return (address) => isIpAddress(address) && list.check(mapped(address), 'ipv6');
}

/** Whether a text is an IPv4 or IPv6 address. Octets with leading zeros are none: some programs read them as octal. */
export function isIpAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** An address as it is written in records: IPv4 as such, also where it is written as IPv6. What is no address stays as it is. */
export function plainAddress(text: string): string {
  if (!text.includes(':') || !isIpAddress(text)) return text;
  const { address } = new SocketAddress({ address: withoutZone(text), family: 'ipv6' });
  return /^::ffff:([\d.]+)$/.exec(address)?.[1] ?? text;
}

/** The first 64 bits of an IPv6 address (RFC 4291, 2.5.4), which is what one subscriber has. The text must be an address. */
export function subscriberNetworkOf(address: string): string {
  return (numberOf(address) >> 64n).toString(16);
}

/** All addresses as IPv6, in the form that IPv6 has for those of IPv4. */
function mapped(address: string): string {
  return isIPv4(address) ? `::ffff:${address}` : withoutZone(address);
}

function mappedPrefix(address: string, prefix: number): number {
  return isIPv4(address) ? 96 + prefix : prefix;
}

/** The interface behind a link-local address (`%eth0`, RFC 4007, 11) says where to send to, and is no part of the address. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

/** The 128 bits of an address. URLs write IPv6 in one way only, in hexadecimal groups (https://url.spec.whatwg.org/#concept-ipv6-serializer). */
function numberOf(address: string): bigint {
  const [head = '', tail = ''] = new URL(`http://[${mapped(address)}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}

/** Whether a host, by name or address (with or without the brackets of URLs), is this machine to itself (RFC 6761, 6.3; RFC 4291, 2.5.3). */
export function isLoopback(host: string): boolean {
  return loopback.test(host);
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;
