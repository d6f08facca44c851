import { type Schedule, scheduleByTimer } from '../clock/schedule.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Identify, Identity } from '../call/identity.ts';

import type { ApiKeyFileState } from './api-keys/api-key-file.ts';
import { createTokenIdentify } from './create-token-identify.ts';
import { FailureLimiter, type FailuresElsewhere } from './failure-limiter.ts';
import { limitFailures } from './limit-failures.ts';
import type { AuthorizationServer } from './oidc/authorization-server.ts';
import type { KeySetState } from './oidc/key-set.ts';
import { createBoundedFetch, type Fetch } from './provider-fetch.ts';
import type { OpenVerifier, TokenVerifier } from './token-verifier.ts';
import { type AuthenticationSettings, openVerifiers, type OpenVerifiers } from './verifiers.ts';

/** What lies outside: the log, the clock, the network. The system's where not given. */
export interface AuthenticationSurroundings {
  readonly logger: Logger;
  /** The current time in milliseconds since 1970. */
  readonly now?: () => number;
  readonly schedule?: Schedule;
  readonly random?: () => number;
  readonly fetch?: Fetch;
  /** Where other gateways tell of bad credentials; undefined: there are none. */
  readonly failuresElsewhere?: FailuresElsewhere | undefined;
}

/** How the gateway tells who calls, with what it keeps for that. */
export interface Authentication {
  readonly identify: Identify;
  /**
   * Fetches the keys of all issuers. Resolves when that is done, or has failed: without them the gateway starts anyway, and
   * goes on trying. Takes ten seconds at most.
   */
  readonly start: () => Promise<void>;
  /** Whether the keys of every issuer were fetched at least once. It stays so: an issuer's outage is told to its own callers. */
  readonly isReady: () => boolean;
  readonly keySets: () => readonly KeySetState[];
  /** Undefined: there is no file of API keys. */
  readonly apiKeyFile: () => ApiKeyFileState | undefined;
  /** Where people log in: at the first issuer. Undefined: there is none, or it has not said so yet. */
  readonly authorizationServer: () => AuthorizationServer | undefined;
  /**
   * Makes ready to identify by settings that differ in secrets alone. They hold from when the function is called that this gives.
   * Throws a UserError when they differ in more.
   */
  readonly prepareSecrets: (settings: AuthenticationSettings) => () => void;
  /** Ends what goes on in the background. */
  readonly close: () => void;
}

/** An issuer that is slower counts as down. Callers wait for it at most twice as long: discovery, then keys. */
const timeoutMs = 5_000;

/** Key sets have some kB; Entra’s has 20. */
const maxBytes = 256 * 1024;

/**
 * Composes the ways to tell who calls that the settings ask for. Of several, the form of a token decides which one judges it:
 * `cue_…` is an API key; a JWT of a configured issuer is that issuer's; its issuer is asked about what is no JWT; everything
 * else is the shared secret's. No token is judged twice. The settings must have no problems.
 * Throws a UserError when the file of API keys cannot be read, TypeError when nothing at all is configured.
 */
export function createAuthentication(
  settings: AuthenticationSettings,
  {
    logger,
    now = Date.now,
    schedule = scheduleByTimer,
    random = Math.random,
    fetch = globalThis.fetch,
    failuresElsewhere: elsewhere,
  }: AuthenticationSurroundings,
): Authentication {
  if (settings.auth === 'none')
    return composeAuthentication(
      () => new Map(),
      () => anonymous,
      () => () => {},
    );
  const surroundings = { logger, now, schedule, random, fetch: createBoundedFetch({ fetch, timeoutMs, maxBytes }) };
  const { failuresPerMinute: perMinute } = settings;
  const limiter = perMinute === 0 ? undefined : new FailureLimiter({ perMinute, now, elsewhere });
  let opened = openVerifiers(settings, surroundings);
  if (opened.size === 0) throw new TypeError('expected at least one way to identify callers');
  let identify = compileIdentify(opened, limiter, now);
  const prepareSecrets: Authentication['prepareSecrets'] = (renewed) => {
    const next = openVerifiers(renewed, surroundings, opened);
    // What was verified by another secret is forgotten with it.
    const identifyNext = compileIdentify(next, limiter, now);
    return () => {
      opened = next;
      identify = identifyNext;
    };
  };
  return composeAuthentication(
    () => opened,
    (credentials) => identify(credentials),
    prepareSecrets,
  );
}

function compileIdentify(opened: OpenVerifiers, limiter: FailureLimiter | undefined, now: () => number): Identify {
  const limited = [...opened.values()].map(
    ({ verifier, sentAs, isGuessable }): readonly [OpenVerifier['sentAs'], TokenVerifier] => [
      sentAs,
      limiter === undefined ? verifier : limitFailures(verifier, limiter, { isGuessable }),
    ],
  );
  const find = (wanted: OpenVerifier['sentAs']) => limited.find(([sentAs]) => sentAs === wanted)?.[1];
  return createTokenIdentify({
    verifiers: limited.flatMap(([sentAs, verifier]) => (sentAs === 'go' ? [] : [verifier])),
    apiKeys: find('api-key'),
    fallback: find('go'),
    now,
  });
}

function composeAuthentication(
  opened: () => OpenVerifiers,
  identify: Identify,
  prepareSecrets: Authentication['prepareSecrets'],
): Authentication {
  const all = () => [...opened().values()];
  return {
    identify,
    prepareSecrets,
    start: async () => void (await Promise.all(all().map(({ start }) => start?.()))),
    isReady: () => all().every(({ isReady }) => isReady?.() ?? true),
    keySets: () => all().flatMap(({ keySets }) => keySets?.() ?? []),
    apiKeyFile: () =>
      all()
        .find(({ apiKeyFile }) => apiKeyFile !== undefined)
        ?.apiKeyFile?.(),
    authorizationServer: () =>
      all()
        .map(({ authorizationServer }) => authorizationServer?.())
        .find(Boolean),
    close: () => {
      for (const { close } of all()) close?.();
    },
  };
}

/** Every caller with `AUTH=none`, whatever credentials they send. */
export const anonymous: Identity = Object.freeze({
  subject: 'anonymous',
  isNamed: false,
  method: 'none',
  claims: Object.freeze(Object.create(null)),
  scopes: undefined,
  groups: Object.freeze([]),
  issuer: undefined,
  tokenId: '',
  expiresAtMs: Number.POSITIVE_INFINITY,
});
