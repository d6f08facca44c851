import { hostname } from 'node:os';
import { isIP } from 'node:net';

import { isLoopback } from './ip-network.ts';

/** What decides which hosts a gateway answers for. */
export interface AllowedHostsOptions {
  /** Names, addresses, `*.domain` for every name below a domain, or `*` for everything; empty: the default. */
  readonly allowedHosts: readonly string[];
  /** Where the gateway listens; undefined: on every interface. */
  readonly listenHost: string | undefined;
  /** The address that the gateway is told to have, whose host is allowed, too. */
  readonly publicUrl?: string | undefined;
  /** The machine's own name; asked of the system when not given. */
  readonly ownName?: string;
}

/**
 * Compiles the check of a `Host` field against DNS rebinding: a page of evil.example whose name suddenly leads to this
 * gateway's address is of the same origin as the gateway in its browser's eyes, and only the name gives it away.
 *
 * Always allowed: localhost, the loopback addresses, the machine's own name and that of the public URL. Where the setting names nothing, also
 * what no public DNS server can point elsewhere: names without a dot, by which containers and machines of one network
 * call each other (`rest-gateway:8448`), names of a Kubernetes cluster's services (`cuegate.farm.svc`, `cuegate.farm.svc.cluster.local`), and,
 * unless the gateway listens on loopback alone, addresses. Any address and
 * not just the interfaces' own: a container does not know the address at which its port is published, and a page that is
 * reached by address has no name to rebind. No Host at all is what HTTP/1.0 health checks send and no browser does.
 *
 * The port is not looked at; proxies and published ports change it.
 */
export function compileAllowedHosts({
  allowedHosts,
  listenHost,
  publicUrl,
  ownName = hostname(),
}: AllowedHostsOptions): (host: string | undefined) => boolean {
  if (allowedHosts.includes('*')) return () => true;
  const patterns = allowedHosts.map((pattern) => pattern.toLowerCase());
  const publicNames = publicUrl === undefined ? [] : [withoutBrackets(new URL(publicUrl).hostname)];
  const names = new Set(['localhost', ownName.toLowerCase(), ...publicNames, ...patterns.map(withoutBrackets)]);
  const suffixes = patterns.filter((pattern) => pattern.startsWith('*.')).map((pattern) => pattern.slice(1));
  const isDefault = allowedHosts.length === 0;
  const takesAddresses = isDefault && !(listenHost !== undefined && isLoopback(listenHost));
  return (host) => {
    if (host === undefined || host === '') return true;
    const name = nameOf(host);
    if (name === undefined) return false;
    if (names.has(name) || suffixes.some((suffix) => name.endsWith(suffix))) return true;
    if (isIP(name) !== 0) return takesAddresses || isLoopback(name);
    return isDefault && isLocalName(name);
  };
}

/**
 * Whether no public DNS server can say where a name leads: one without a dot, unless it is a number that browsers take for an
 * address, and those that Kubernetes gives to services. `svc` and `local` are no public domains (RFC 6762, 3;
 * https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).
 */
function isLocalName(name: string): boolean {
  if (/^[\w-]+$/.test(name)) return !/^(?:\d+|0x[\da-f]*)$/.test(name);
  return /^(?:[\w-]+\.)+svc(?:\.cluster\.local)?$/.test(name);
}

/** What is wrong with an entry of the setting; undefined when nothing is. */
export function hostPatternProblem(pattern: string): string | undefined {
  if (pattern === '*' || /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(pattern) || isIP(withoutBrackets(pattern)) !== 0) return;
  return `"${pattern}" is no host; expected a name such as cuegate.studio.example, *.studio.example, an address, or * for all, without scheme and port`;
}

/** The host of `host:port` in lower case, addresses without brackets; undefined when it is neither. */
function nameOf(host: string): string | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]*[\w-])\.?)(?::\d*)?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
