import { readFileSync } from 'node:fs';

/** Where the store is, as the settings say. */
export interface StoreSettings {
  readonly url: string;
  /** Empty: the one in the URL, if there is one. */
  readonly password: string;
  /** What the Sentinels want; empty: nothing. */
  readonly sentinelPassword: string;
  /** A file with the certificates that a server's must descend from; undefined: those of the system. */
  readonly caFile: string | undefined;
  /** What all keys and channels begin with, so that several farms can use one server. */
  readonly prefix: string;
}

/** Where the store is, taken apart. */
export interface StoreAddress {
  /** One server, or the Sentinels that know it; never empty. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** By which name the Sentinels know the server; undefined: there are none. */
  readonly sentinelName: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly isEncrypted: boolean;
}

const expected =
  'redis://host:6379, rediss://host:6379 for TLS, or redis+sentinel://host:26379,host:26379/name (rediss+sentinel://)';

/**
 * Takes a URL of the store apart: `redis[s]://[user[:password]@]host[:port][/database]`, as registered with IANA
 * (https://www.iana.org/assignments/uri-schemes/prov/redis), or `redis[s]+sentinel://…host[:port],…/name[/database]`.
 * Undefined when it is none.
 */
export function parseStoreUrl(text: string): StoreAddress | undefined {
  const match =
    /^(redis|rediss)(\+sentinel)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#@]+)(?:\/([^/?#]*))?(?:\/(\d{1,4}))?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, scheme, sentinel, user = '', secret = '', places = '', first = '', second = ''] = match;
  const hosts = places.split(',').map((place) => parseHost(place, sentinel === undefined ? 6379 : 26_379));
  if (!hosts.every((host) => host !== undefined)) return undefined;
  const database = sentinel === undefined ? first : second;
  if (!/^\d{0,4}$/.test(database)) return undefined;
  if (sentinel === undefined ? hosts.length > 1 || second !== '' : first === '') return undefined;
  return {
    hosts,
    sentinelName: sentinel === undefined ? undefined : decode(first),
    username: decode(user) || undefined,
    password: decode(secret) || undefined,
    database: Number(database),
    isEncrypted: scheme === 'rediss',
  };
}

/** What is wrong with the settings of the store, by the names of the settings. Tells no password. */
export function* findStoreProblems({ url, caFile, prefix, ...secrets }: StoreSettings): Iterable<string> {
  if (url === '') {
    const others = {
      REDIS_PASSWORD: secrets.password,
      REDIS_SENTINEL_PASSWORD: secrets.sentinelPassword,
      REDIS_CA_FILE: caFile,
    };
    for (const [name, value] of Object.entries(others)) {
      if (value) yield `${name} is set, and REDIS_URL is not: it says where the store is, e.g. ${expected}`;
    }
    return;
  }
  const address = parseStoreUrl(url);
  if (address === undefined) {
    yield `REDIS_URL is "${url.replace(/\/\/.*@/, '//…@')}"; expected ${expected}`;
    return;
  }
  if (address.password !== undefined && secrets.password !== '') {
    yield 'REDIS_URL and REDIS_PASSWORD both have a password; leave it out of the URL, which more people see';
  }
  if (caFile !== undefined && !address.isEncrypted) yield 'REDIS_CA_FILE is for TLS, and REDIS_URL has no rediss://';
  if (!/^[\w.-]{1,64}$/.test(prefix)) {
    yield `REDIS_PREFIX is "${prefix}"; expected up to 64 letters, digits, dots, hyphens and underscores`;
  }
  if (caFile !== undefined && readIfPossible(caFile) === undefined) {
    yield `REDIS_CA_FILE names a file that cannot be read: ${caFile}`;
  }
}

/** The store for people: without user and password. */
export function describeStore(url: string): string {
  return url.replace(/\/\/.*@/, '//');
}

function parseHost(text: string, defaultPort: number): { host: string; port: number } | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[3] ?? defaultPort);
  if (match === null || port < 1 || port > 65_535) return undefined;
  return { host: match[1] ?? match[2]!, port };
}

/** Percent signs of a password that are no escapes stay as they are. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readIfPossible(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
