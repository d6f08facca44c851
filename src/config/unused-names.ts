import { nearestName } from '../errors/did-you-mean.ts';
import { type Option, options } from './settings.ts';

/**
 * Names that OpenCue's documents give to settings of its Go gateway, or that it had once, and what does the same here. Most of
 * them it never read. A name that is a setting of ours is looked at as one.
 */
const namesOfGoGateway: ReadonlyMap<string, string> = new Map([
  ['JWT_AUTH_SECRET', 'set JWT_SECRET'],
  ['CORS_ALLOWED_ORIGINS', 'set CORS_ORIGINS'],
  ['CORS_HEADERS', 'the headers that clients need are allowed to the origins in CORS_ORIGINS'],
  ['GRPC_MAX_MESSAGE_SIZE', 'set GRPC_MAX_RECV_MSG_MB, in MiB'],
  ['HTTP_TIMEOUT', 'GRPC_TIMEOUT says how long a call may take'],
  ['REQUEST_TIMEOUT', 'GRPC_TIMEOUT says how long a call may take'],
  [
    'RATE_LIMIT_RPS',
    'nothing limits requests per second; the settings of the group Protection limit what each may cost',
  ],
  ...['KEEPALIVE_TIME', 'KEEPALIVE_TIMEOUT', 'GRPC_KEEPALIVE_TIME', 'GRPC_KEEPALIVE_TIMEOUT'].map(
    (name) => [name, 'no keepalive pings are sent, since Cuebot closes the connection on them'] as const,
  ),
]);

/** Every name that is read from the environment. */
const readNames: ReadonlySet<string> = new Set(
  (options as readonly Option[]).flatMap(({ name, kind }) => (kind === 'secret' ? [name, `${name}_FILE`] : [name])),
);

/**
 * What stands in the environment as if it were a setting, and is none: a misspelt name, or one of the Go gateway. The
 * environment belongs to many programs, so only what comes very close is told. Each is a sentence without a stop.
 */
export function findUnusedNames(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(environment).flatMap((name) => {
    if (readNames.has(name)) return [];
    const instead = namesOfGoGateway.get(name);
    if (instead !== undefined) return [`${name} has no effect: ${instead}`];
    const meant = name.length < shortestName ? undefined : nearestName(name, readNames, name.length < 12 ? 1 : 2);
    return meant === undefined ? [] : [`${name} is no setting; did you mean "${meant}"?`];
  });
}

/** Shorter ones look alike by chance: PORT and HOST. */
const shortestName = 7;
