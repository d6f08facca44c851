import { nearestName } from '../errors/did-you-mean.ts';
import { type Option, options } from './settings.ts';

/**
 * Names that OpenCue's documents give to settings of its Go gateway, or that it had once, and what does the same here. Most of
 * them it never read. A name that is a setting of ours is looked at as one.
 */
const namesOfGoGateway: ReadonlyMap<string, string> = new Map([
  ['JWT_AUTH_SECRET', 'set JWT_SECRET'],
  ['GRPC_ENDPOINT', 'set CUEBOT_ENDPOINT'],
  ['HTTP_PORT', 'set REST_PORT'],
  ...['KEEPALIVE_TIME', 'KEEPALIVE_TIMEOUT', 'GRPC_KEEPALIVE_TIME', 'GRPC_KEEPALIVE_TIMEOUT'].map(
    (name) => [name, 'no keepalive pings are sent, since Cuebot closes the connection on them'] as const,
  ),
]);

/** Every name that is read from the environment. */
const readNames: ReadonlySet<string> = new Set(
  (options as readonly Option[]).flatMap(({ name, kind, alsoNamed = [] }) => [
    name,
    ...alsoNamed.map((other) => other.name),
    ...(kind === 'secret' ? [`${name}_FILE`] : []),
  ]),
);

/** What the Go gateway never read although OpenCue's documents have people set it, and what it does here. */
const ignoredByGoGateway: ReadonlyMap<string, string> = new Map([
  ['CORS_ALLOWED_ORIGINS', 'pages of these origins may call the gateway'],
  ['CORS_HEADERS', 'pages may send these header fields'],
  ['GRPC_MAX_MESSAGE_SIZE', 'longer replies of Cuebot fail, and 4 MiB are less than a busy farm’s list of jobs'],
  ['HTTP_TIMEOUT', 'calls that take longer are answered 504'],
  ['RATE_LIMIT_RPS', 'callers who send more requests a second are answered 429, but for SERVICE_SUBJECTS'],
  ['REQUEST_TIMEOUT', 'calls that take longer are answered 504'],
  ['TLS_CERT_FILE', 'callers have to speak TLS'],
  ['MAX_CONCURRENT_STREAMS', 'a connection to GRPC_PORT has no more calls at a time'],
]);

/** What the environment has that acts here, and did nothing in the Go gateway. Each is a sentence without a stop. */
export function findNewlyActive(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return [...ignoredByGoGateway].flatMap(([name, effect]) => {
    const text = environment[name];
    return text ? [`${name}=${text} acts here, which OpenCue’s Go gateway never looked at: ${effect}`] : [];
  });
}

/**
 * What stands in the environment as if it were a setting, and is none: a misspelt name, or one of the Go gateway. The
 * environment belongs to many programs, so only what comes very close is told. Each is a sentence without a stop.
 */
export function findUnusedNames(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(environment).flatMap((name) => {
    if (readNames.has(name) || namesOfOthers.has(name)) return [];
    const instead = namesOfGoGateway.get(name);
    if (instead !== undefined) return [`${name} has no effect: ${instead}`];
    const meant = name.length < shortestName ? undefined : nearestName(name, readNames, name.length < 12 ? 1 : 2);
    return meant === undefined ? [] : [`${name} is no setting; did you mean "${meant}"?`];
  });
}

/** What other programs read, and comes close to a setting: OpenSSL's file of authorities. */
const namesOfOthers: ReadonlySet<string> = new Set(['SSL_CERT_FILE']);

/** Shorter ones look alike by chance: PORT and HOST. */
const shortestName = 7;
