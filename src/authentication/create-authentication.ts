import type { Logger } from '../telemetry/logger.ts';
import type { AuthorizationServer } from './oidc/authorization-server.ts';
import type { Identify } from '../call/identity.ts';

import { ApiKeyFile } from './api-keys/api-key-file.ts';
import { createApiKeyVerifier } from './api-keys/api-key-verifier.ts';
import type { AuthenticationSettings } from './authentication-settings.ts';
import { createAnonymousIdentify } from './create-anonymous-identify.ts';
import { createTokenIdentify, type TokenIdentifyOptions } from './create-token-identify.ts';
import { FailureLimiter } from './failure-limiter.ts';
import { createBoundedFetch, type Fetch } from './provider-fetch.ts';
import { createHmacVerifier } from './hmac/hmac-verifier.ts';
import { createAskIssuer } from './introspection/ask-issuer.ts';
import { createIntrospectionVerifier } from './introspection/introspection-verifier.ts';
import { limitFailures } from './limit-failures.ts';
import type { IssuerMetadata } from './oidc/issuer-metadata.ts';
import { KeySet, type KeySetState } from './oidc/key-set.ts';
import { createLoadKeys } from './oidc/load-keys.ts';
import { createOidcVerifier } from './oidc/oidc-verifier.ts';
import { readAuthorizationServer } from './oidc/read-authorization-server.ts';
import { type Schedule, scheduleByTimer } from '../clock/schedule.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** What lies outside: the log, the clock, the network. The system's where not given. */
export interface AuthenticationSurroundings {
  readonly logger: Logger;
  /** The current time in milliseconds since 1970. */
  readonly now?: () => number;
  readonly schedule?: Schedule;
  readonly random?: () => number;
  readonly fetch?: Fetch;
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
  /** Where people log in: at the first issuer. Undefined: there is none, or it has not said so yet. */
  readonly authorizationServer: () => AuthorizationServer | undefined;
  /** Ends what goes on in the background. */
  readonly close: () => void;
}

/** An issuer that is slower is as good as down, and callers wait for it at most twice so long: discovery, then keys. */
const timeoutMs = 5_000;

/** Key sets have some kB; Entra’s has 20. */
const maxBytes = 256 * 1024;

/**
 * Composes the ways to tell who calls that the settings ask for. Of several, a token's looks decide which one judges it:
 * `cue_…` is an API key; a JWT of a configured issuer is that issuer's; what is no JWT is asked about; everything else is the
 * shared secret's. Each judges alone. The settings must have no problems.
 * Throws ApiKeysError when the file of API keys cannot be read, TypeError when nothing at all is configured.
 */
export function createAuthentication(
  settings: AuthenticationSettings,
  {
    logger,
    now = Date.now,
    schedule = scheduleByTimer,
    random = Math.random,
    fetch = globalThis.fetch,
  }: AuthenticationSurroundings,
): Authentication {
  if (settings.auth === 'none') return anonymousAuthentication();
  const { apiKeysFile, failuresPerMinute } = settings;
  const bounded = createBoundedFetch({ fetch, timeoutMs, maxBytes });
  const surroundings = { logger, now, schedule, random, fetch: bounded };
  const { keySets, authorizationServer } = createKeySets(settings, surroundings);
  const apiKeyFile = apiKeysFile === undefined ? undefined : new ApiKeyFile({ path: apiKeysFile, schedule, logger });
  const limiter = failuresPerMinute === 0 ? undefined : new FailureLimiter({ perMinute: failuresPerMinute, now });
  const verifiers = createVerifiers(settings, surroundings, keySets, apiKeyFile, (verifier, isGuessable = false) =>
    limiter === undefined ? verifier : limitFailures(verifier, limiter, { isGuessable }),
  );
  return {
    identify: createTokenIdentify({ ...verifiers, now }),
    start: async () => void (await Promise.all([...keySets.values()].map((keySet) => keySet.start()))),
    isReady: () => [...keySets.values()].every(({ state }) => state.keys > 0),
    keySets: () => [...keySets.values()].map(({ state }) => state),
    authorizationServer,
    close: () => {
      for (const keySet of keySets.values()) keySet.close();
      apiKeyFile?.close();
    },
  };
}

/** What judges tokens, in the order in which it is asked; `limit` is put around each. */
function createVerifiers(
  settings: AuthenticationSettings,
  { logger, now, fetch }: Required<AuthenticationSurroundings>,
  keySets: ReadonlyMap<string, KeySet>,
  apiKeyFile: ApiKeyFile | undefined,
  limit: (verifier: TokenVerifier, isGuessable?: boolean) => TokenVerifier,
): Omit<TokenIdentifyOptions, 'now'> {
  const { jwtSecrets: secrets, issuers, audiences, algorithms, introspection, claimNames } = settings;
  const hasSecret = secrets.length > 0;
  const verifiers: TokenVerifier[] = [];
  const apiKeys =
    apiKeyFile === undefined ? undefined : limit(createApiKeyVerifier({ entries: () => apiKeyFile.entries, now }));
  if (apiKeys !== undefined) verifiers.push(apiKeys);
  if (keySets.size > 0) {
    const oidc = { issuers: keySets, audiences, algorithms, claimNames, leavesOthers: hasSecret, now };
    verifiers.push(limit(createOidcVerifier(oidc)));
  }
  if (introspection !== undefined) {
    const ask = createAskIssuer({ ...introspection, fetch });
    const leavesJwts = hasSecret || keySets.size > 0;
    const introspect = { ask, audiences, issuers, claimNames, leavesJwts, logger, now };
    // Each guess would be a question to the issuer.
    verifiers.push(limit(createIntrospectionVerifier(introspect), true));
  }
  if (!hasSecret && verifiers.length === 0) throw new TypeError('expected at least one way to identify callers');
  const hmac = hasSecret ? createHmacVerifier({ secrets, claimNames, now }) : undefined;
  return { verifiers, apiKeys, fallback: hmac && limit(hmac, settings.allowWeakSecrets) };
}

interface KeySets extends Pick<Authentication, 'authorizationServer'> {
  readonly keySets: ReadonlyMap<string, KeySet>;
}

/** The keys of each issuer by its name, and what is known beside them of the first one. */
function createKeySets(
  { issuers, jwksUri, algorithms, allowHttpIssuers: allowHttp, offersLogin }: AuthenticationSettings,
  { fetch, ...surroundings }: Required<AuthenticationSurroundings>,
): KeySets {
  const keySets = new Map<string, KeySet>();
  let authorizationServer: AuthorizationServer | undefined;
  for (const [index, issuer] of issuers.entries()) {
    const onMetadata = (metadata: IssuerMetadata) => {
      if (index > 0 || !offersLogin) return;
      const found = readIfThere(metadata, allowHttp, surroundings.logger);
      // As long as it says the same it is the same, for whoever has made something of it.
      if (JSON.stringify(found) !== JSON.stringify(authorizationServer)) authorizationServer = found;
    };
    const load = createLoadKeys({ issuer, jwksUri, algorithms, fetch, allowHttp, onMetadata });
    keySets.set(issuer, new KeySet({ issuer, load, ...surroundings }));
  }
  return { keySets, authorizationServer: () => authorizationServer };
}

/** Issuers that only machines have accounts at have no place to log in, and are good for tokens all the same. */
function readIfThere(metadata: IssuerMetadata, allowHttp: boolean, logger: Logger): AuthorizationServer | undefined {
  try {
    return readAuthorizationServer(metadata, { allowHttp });
  } catch (error) {
    const reason = (error as Error).message;
    logger.warn(
      { issuer: metadata.issuer, reason },
      'nobody can log in at an issuer; its tokens are good all the same',
    );
    return undefined;
  }
}

function anonymousAuthentication(): Authentication {
  return {
    identify: createAnonymousIdentify(),
    start: () => Promise.resolve(),
    isReady: () => true,
    keySets: () => [],
    authorizationServer: () => undefined,
    close: () => undefined,
  };
}
