import { LRUCache } from 'lru-cache';

import type { Credentials, Identify, Identity } from '../call/identity.ts';

import { ambiguousCredentialsError, bearerError, missingTokenError } from './credentials-error.ts';
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts';

/** How many tokens are known at once. Only proven ones are, so nobody without a secret can drive others out. */
const maxRemembered = 2_000;

/** Longer texts are verified anew each time; a token with a hundred groups in it has about half of that. */
const maxKeyLength = 4_096;

/** What identifying by bearer token needs. */
export interface TokenIdentifyOptions {
  /** Of the kinds that are sent as RFC 6750 says, in the order in which they are asked; the first that accepts a token decides. */
  readonly verifiers: readonly TokenVerifier[];
  /** Takes what stands in `X-API-Key`; undefined: nobody looks at that. It is among the `verifiers`, too. */
  readonly apiKeys?: TokenVerifier | undefined;
  /** Takes whatever none of them accepts, as the Go gateway took it; undefined: nothing does. */
  readonly fallback: TokenVerifier | undefined;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Identifies by the token of the `Authorization` header, or by an API key in `X-API-Key`; by one of them, never by both.
 *
 * Tokens of OAuth issuers and API keys are sent as RFC 6750, 2.1 (https://www.rfc-editor.org/rfc/rfc6750#section-2.1) says: the scheme
 * `Bearer` in any letters (RFC 9110, 11.1). The fallback's are sent as the Go gateway took them: the prefix `Bearer ` may be
 * missing, but when it is there, its letters and its one space must be exact.
 * Several `Authorization` headers are refused. Where there is the fallback alone, the first counts, as in the Go gateway.
 * What was verified once is not verified again until its time is over; refusals are not remembered.
 */
export function createTokenIdentify({ verifiers, apiKeys, fallback, now }: TokenIdentifyOptions): Identify {
  const verified = new LRUCache<string, VerifiedToken>({ max: maxRemembered });
  const missing = missingTokenError({ isChallenged: verifiers.length > 0 });
  const remember = (text: string, token: VerifiedToken): Identity => {
    if (text.length <= maxKeyLength) verified.set(text, token);
    return token.identity;
  };

  const verify = (text: string, credentials: Credentials): Identity | Promise<Identity> => {
    const bearer = bearerPattern.exec(text)?.[1];
    const verifier = bearer === undefined ? undefined : verifiers.find((each) => each.accepts(bearer));
    const isOurs = verifier === undefined && fallback !== undefined;
    const chosen = verifier ?? fallback;
    // Without a scheme, or with one that is not for here, the request has brought no credentials.
    if (chosen === undefined) throw bearer === undefined ? missing : bearerError('TOKEN_UNVERIFIABLE');
    const token = isOurs ? withoutGoPrefix(text) : bearer!;
    const found = chosen.verify(token, credentials);
    if (!chosen.isRemembered) return found instanceof Promise ? found.then(identityOf) : found.identity;
    return found instanceof Promise ? found.then((each) => remember(text, each)) : remember(text, found);
  };

  const verifyApiKey = (apiKey: string, verifier: TokenVerifier, credentials: Credentials) => {
    if (credentials.authorization !== undefined) throw ambiguousCredentialsError(bothHeaders);
    const found = verifier.verify(apiKey, credentials);
    return found instanceof Promise ? found.then(identityOf) : found.identity;
  };

  return (credentials) => {
    const { authorization, apiKey } = credentials;
    if (apiKey !== undefined && apiKeys !== undefined) return verifyApiKey(apiKey, apiKeys, credentials);
    if (credentials.isAmbiguous === true && verifiers.length > 0) throw ambiguousCredentialsError(severalHeaders);
    if (authorization === undefined || authorization === '') throw missing;
    const known = verified.get(authorization);
    if (known !== undefined && isValidAt(known, now())) return known.identity;
    return verify(authorization, credentials);
  };
}

const severalHeaders = 'the request has several Authorization headers';
const bothHeaders = 'the request has Authorization and X-API-Key';

const bearerPattern = /^bearer +(.*)$/is;

const goPrefix = 'Bearer ';

function withoutGoPrefix(text: string): string {
  return text.startsWith(goPrefix) ? text.slice(goPrefix.length) : text;
}

function identityOf({ identity }: VerifiedToken): Identity {
  return identity;
}

/** A clock that was set back makes a known token too young again, hence both ends. */
function isValidAt({ validFromMs, validUntilMs }: VerifiedToken, nowMs: number): boolean {
  return validFromMs <= nowMs && nowMs < validUntilMs;
}
