import { LRUCache } from 'lru-cache';

import type { Logger } from '../../telemetry/logger.ts';
import { GatewayError } from '../../call/gateway-error.ts';

import { type ClaimNames, readUser } from '../claims.ts';
import type { CommonSettings } from '../common-settings.ts';
import { bearerError, unavailableError } from '../credentials-error.ts';
import { deriveIdentity, sha256Of } from '../derive-identity.ts';
import { assertNoIdToken, assertUsableAsBearer, clockSkewSeconds } from '../oidc/check-claims.ts';
import type { OidcSettings } from '../oidc/oidc-issuers.ts';
import { looksLikeJwt, maxTokenLength } from '../oidc/open-access-token.ts';
import type { JsonObject } from '../parse-json-object.ts';
import { providerUrlProblem } from '../provider-fetch.ts';
import type { TokenVerifier, VerifiedToken, VerifierKind } from '../token-verifier.ts';
import { type AskIssuer, createAskIssuer } from './ask-issuer.ts';

/** What the settings say about tokens that only their issuer can read. */
export interface IntrospectionSettings {
  /** The endpoint that is asked about them, and the client that asks; undefined: none is. */
  readonly introspection:
    | { readonly url: string; readonly clientId: string; readonly clientSecret: string }
    | undefined;
}

type NeededSettings = IntrospectionSettings & Pick<OidcSettings, 'audiences' | 'issuers'> & CommonSettings;

/** Tokens that only their issuer can read: it is asked about each. */
export const introspection: VerifierKind<IntrospectionSettings, NeededSettings> = {
  read: (read) => {
    const client = {
      url: read.text('INTROSPECTION_URL'),
      clientId: read.text('INTROSPECTION_CLIENT_ID'),
      clientSecret: read.text('INTROSPECTION_CLIENT_SECRET'),
    };
    return { introspection: Object.values(client).every((text) => text === '') ? undefined : client };
  },
  *findProblems({ introspection: client, allowHttpIssuers: allowHttp }) {
    if (client === undefined) return;
    if (client.url === '') {
      yield 'INTROSPECTION_URL is not set, but a client for it is; it names the endpoint that is asked about tokens';
      return;
    }
    const problem = providerUrlProblem(client.url, { allowHttp });
    if (problem !== undefined) yield `INTROSPECTION_URL: ${problem}`;
    if (client.clientId === '') yield `INTROSPECTION_CLIENT_ID ${unknownClient}`;
    if (client.clientSecret === '') yield `INTROSPECTION_CLIENT_SECRET ${unknownClient}`;
  },
  isOn: (settings) => settings.introspection !== undefined,
  takesAnyJwt: false,
  holdsSecret: true,
  open: ({ introspection: client, audiences, issuers, claimNames }, surroundings) => {
    const { leavesOtherJwts: leavesJwts, fetch, logger, now } = surroundings;
    const ask = createAskIssuer({ ...client!, fetch });
    return {
      verifier: createIntrospectionVerifier({ ask, audiences, issuers, claimNames, leavesJwts, logger, now }),
      sentAs: 'bearer',
      // Each guess would be a question to the issuer.
      isGuessable: true,
    };
  },
};

const unknownClient = 'is not set: issuers answer only clients that they know';

/** What the verifier of tokens that only their issuer can read needs. */
export interface IntrospectionVerifierOptions {
  readonly ask: AskIssuer;
  /** When there are any, the issuer must say that the token is meant for one of them; else its word is enough. */
  readonly audiences: readonly string[];
  /** When there are any, an issuer that the answer names must be one of them. */
  readonly issuers: readonly string[];
  readonly claimNames: ClaimNames;
  /** Whether another verifier judges tokens that look like JWTs. */
  readonly leavesJwts: boolean;
  readonly logger: Logger;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
}

/** For how long an answer is good: a revoked token is good for so long at most. */
const activeMs = 60_000;

/** For how long a refusal is good: long enough for a script that tries again and again, short enough for a token that was just made. */
const inactiveMs = 5_000;

/** After the issuer failed to answer, it is not asked for so long. */
const pauseMs = 1_000;

/** How many questions may be under way; more tokens are refused, so that made-up ones do not flood the issuer. */
const maxAsking = 64;

const capacity = 1_000;

/** What RFC 6749, A.12 allows in a token. */
const printable = /^[\x21-\x7e]+$/;

/**
 * Verifies tokens by asking their issuer (RFC 7662, https://www.rfc-editor.org/rfc/rfc7662). Answers are remembered by the SHA-256 of the
 * token, so that memory holds no tokens; good and bad ones apart, so that made-up tokens cannot drive good ones out. Equal
 * tokens share a question. While the issuer does not answer, unknown tokens are refused as INTROSPECTION_UNAVAILABLE.
 */
export function createIntrospectionVerifier(options: IntrospectionVerifierOptions): TokenVerifier {
  const { ask, leavesJwts, logger, now } = options;
  const active = new LRUCache<string, VerifiedToken>({ max: capacity });
  const inactive = new LRUCache<string, { readonly refusal: GatewayError; readonly untilMs: number }>({
    max: capacity,
  });
  const asking = new Map<string, Promise<VerifiedToken>>();
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let isAway = false;

  const question = async (token: string, key: string): Promise<VerifiedToken> => {
    let answer: JsonObject;
    try {
      answer = await ask(token);
    } catch (cause) {
      pausedUntilMs = now() + pauseMs;
      // Its message alone: errors may carry what was asked, and that is the token.
      if (!isAway) logger.warn({ reason: (cause as Error).message }, 'an issuer cannot be asked about tokens');
      isAway = true;
      throw unavailable(cause);
    }
    if (isAway) logger.info({}, 'an issuer can be asked about tokens again');
    isAway = false;
    const nowMs = now();
    try {
      const verified = judge(token, answer, options, nowMs);
      active.set(key, verified);
      return verified;
    } catch (error) {
      if (error instanceof GatewayError) inactive.set(key, { refusal: error, untilMs: nowMs + inactiveMs });
      throw error;
    }
  };

  return {
    isRemembered: false,
    accepts: (token) => !(leavesJwts && looksLikeJwt(token)),
    verify(token) {
      if (token.length > maxTokenLength) throw bearerError('TOKEN_TOO_LONG', `${token.length} characters`);
      if (!printable.test(token)) throw bearerError('TOKEN_MALFORMED');
      const key = sha256Of(token);
      const nowMs = now();
      const known = active.get(key);
      if (known !== undefined && known.validFromMs <= nowMs && nowMs < known.validUntilMs) return known;
      const refused = inactive.get(key);
      if (refused !== undefined && isBefore(nowMs, refused.untilMs, inactiveMs)) throw refused.refusal;
      const asked = asking.get(key);
      if (asked !== undefined) return asked;
      if (isBefore(nowMs, pausedUntilMs, pauseMs) || asking.size >= maxAsking) {
        throw unavailable('not asked: too many questions, or no answers');
      }
      const asks = question(token, key).finally(() => asking.delete(key));
      asking.set(key, asks);
      return asks;
    },
  };
}

/** Whether an end is ahead. One that is further ahead than it ever was is of a clock that was set back since. */
function isBefore(nowMs: number, endMs: number, lengthMs: number): boolean {
  return nowMs < endMs && endMs - nowMs <= lengthMs;
}

function unavailable(cause: unknown): GatewayError {
  return unavailableError('INTROSPECTION_UNAVAILABLE', pauseMs / 1000, cause);
}

/** Throws the GatewayError of a bad token. */
function judge(
  token: string,
  answer: JsonObject,
  { audiences, issuers, claimNames }: IntrospectionVerifierOptions,
  nowMs: number,
): VerifiedToken {
  if (answer['active'] !== true) throw bearerError('TOKEN_INACTIVE');
  const { iss, aud, exp, token_type: type } = answer;
  assertUsableAsBearer(answer);
  assertNoIdToken(answer);
  if (type !== undefined && String(type).toLowerCase() !== 'bearer') throw bearerError('TOKEN_BOUND', { type });
  if (iss !== undefined && issuers.length > 0 && !issuers.includes(iss as string))
    throw bearerError('ISSUER_UNKNOWN', { iss });
  const meantFor: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audiences.length > 0 && !audiences.some((each) => meantFor.includes(each)))
    throw bearerError('AUDIENCE_MISMATCH', { aud });
  if (exp !== undefined && typeof exp !== 'number') throw bearerError('CLAIM_INVALID', { exp });
  const expiresAtMs = exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000;
  if (expiresAtMs <= nowMs) throw bearerError('TOKEN_EXPIRED', { exp });
  const issuer = typeof iss === 'string' ? iss : undefined;
  const claims = withSubject(answer, claimNames);
  const identity = deriveIdentity({ token, claims, method: 'introspection', issuer, expiresAtMs }, claimNames);
  return Object.freeze({
    identity,
    // A clock that was set back does not make the answer last longer.
    validFromMs: nowMs - clockSkewSeconds * 1000,
    validUntilMs: Math.min(expiresAtMs, nowMs + activeMs),
  });
}

/**
 * A client that acts for itself has no subject in many issuers' answers (RFC 7662, 2.2: optional). It is not named by its
 * `client_id` alone: people who may choose the name of a client must not become a user by it (RFC 9068, 5).
 */
function withSubject(claims: JsonObject, names: ClaimNames): JsonObject {
  const clientId = claims['client_id'];
  const isNamed = readUser(claims, names).name !== undefined;
  if (isNamed || !names.user.includes('sub') || typeof clientId !== 'string') return claims;
  return Object.freeze(Object.assign(Object.create(null), claims, { sub: `client:${clientId}` }));
}
