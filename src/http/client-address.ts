import type { IncomingMessage } from 'node:http';

import { compileNetworks, type IpNetwork, isIpAddress, isLoopback, plainAddress } from './ip-network.ts';

/** Tells the address that a request comes from; undefined when its connection is gone already. */
export type AddressOf = (request: IncomingMessage) => string | undefined;

/** The other end of the connection. An IPv4 address is written as such, also by a listener for both (RFC 4291, 2.5.5.2). */
export const peerAddressOf: AddressOf = ({ socket: { remoteAddress } }) =>
  remoteAddress === undefined ? undefined : plainAddress(remoteAddress);

/**
 * Compiles who is behind the proxies of a site. What `X-Forwarded-For` says is worth as much as whoever says it: the other
 * end of the connection must be a proxy that the site has named, and its own entry is the last one; whom that entry names
 * must be one, too, for the entry before to count, and so on. The rest is whatever a client likes to write.
 *
 * An entry that is no address ends the search at the proxy that wrote it. Some proxies write the port as well.
 */
export function compileAddressOf(trustedProxies: readonly IpNetwork[]): AddressOf {
  if (trustedProxies.length === 0) return peerAddressOf;
  const isTrusted = compileNetworks(trustedProxies);
  return (request) => {
    const peer = peerAddressOf(request);
    // Node joins several lines of it by commas, as RFC 9110, 5.3 wants it.
    const { 'x-forwarded-for': said } = request.headers;
    if (typeof said !== 'string') return peer;
    let address = peer;
    for (const entry of said.split(',').reverse()) {
      if (address === undefined || !isTrusted(address)) break;
      const named = withoutPort(entry.trim());
      if (!isIpAddress(named)) break;
      address = plainAddress(named);
    }
    return address;
  };
}

/**
 * Compiles whether many clients may come from an address: this machine, where a site's own servers run, and its proxies.
 * What is counted by address counts others.
 */
export function compileIsShared(trustedProxies: readonly IpNetwork[]): (address: string) => boolean {
  const isProxy = compileNetworks(trustedProxies);
  return (address) => isLoopback(address) || isProxy(address);
}

/** `192.0.2.1:8080` and `[2001:db8::1]:8080`, or without port. */
function withoutPort(entry: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
}
