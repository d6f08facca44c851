/** Where one Cuebot listens, or several of one name. */
export interface Endpoint {
  /** As the settings name it, which is how people find it in the log and in metrics; gRPC resolves it as it stands. */
  readonly name: string;
  /** A name or an address, without brackets; undefined for the file of a Unix socket. */
  readonly host: string | undefined;
  readonly port: number;
  /** Whether each address of the name is a Cuebot of its own (`dns:`). */
  readonly isGroup: boolean;
}

/** Where Cuebot listens unless somebody says otherwise. */
export const cuebotPort = 8443;

/**
 * Reads `host:port`, or a name with a scheme of gRPC's (https://github.com/grpc/grpc/blob/master/doc/naming.md).
 *
 * @param defaultPort for addresses without one; not given: they are refused
 * @returns what was expected in place of a text that cannot be the address of a server
 */
export function parseEndpoint(text: string, defaultPort?: number): Endpoint | { readonly expected: string } {
  const scheme = /^(?:dns|ipv4|ipv6|unix):/.exec(text)?.[0];
  if (scheme === 'unix:') return { name: text, host: undefined, port: 0, isGroup: false };
  const rest = scheme === undefined ? text : text.slice(scheme.length).replace(/^\/\/[^/]*\//, '');
  const match = /^(?:([^\s/:[\]]+)|\[([\da-fA-F:.]+)\])(?::(\d+))?$/.exec(rest);
  // gRPC's own default where a scheme says that the text is gRPC's.
  const fallback = scheme === undefined ? defaultPort : 443;
  const digits = match?.[3] ?? fallback?.toString();
  if (match === null || digits === undefined) return { expected: 'host:port, e.g. cuebot:8443' };
  const port = Number(digits);
  if (port < 1 || port > 65_535) return { expected: 'a port from 1 to 65535' };
  const host = (match[1] ?? match[2]!).toLowerCase();
  const isPortGiven = scheme !== undefined || match[3] !== undefined;
  return { name: isPortGiven ? text : `${text}:${digits}`, host, port, isGroup: scheme === 'dns:' };
}

/** Equal for endpoints that are the same, however they are written. */
export function endpointKey({ name, host, port }: Endpoint): string {
  return host === undefined ? name : formatAddress(host, port);
}

/** `10.0.0.1:8443`, `[::1]:8443` */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
