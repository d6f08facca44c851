import type { TokenEndpointResponse } from 'oauth4webapi';

import { explainFailure } from './explain-failure.ts';

/** Somebody who has logged in. His tokens are in the page's memory and nowhere else, so they end with the page. */
export interface Session {
  /** As the issuer calls them; for showing. */
  readonly person: string;
  /** What the issuer gave; for showing. */
  readonly scopes: readonly string[];
  /** What it was asked for, `openid` and the like among it. */
  readonly requestedScopes: readonly string[];
  /**
   * An access token that is good, as far as can be told here; a new one when it was about to end. Rejects with an error for
   * the user when the session cannot go on.
   */
  token(): Promise<string>;
  /** Ends the tokens at the issuer. */
  end(): Promise<void>;
}

/** What a session is made of. */
export interface SessionOptions {
  readonly person: string;
  readonly requestedScopes: readonly string[];
  readonly tokens: TokenEndpointResponse;
  /** Gets new tokens by a refresh token (RFC 6749, 6). */
  readonly renew: (refreshToken: string) => Promise<TokenEndpointResponse>;
  /** Ends a refresh token, and what came of it (RFC 7009). */
  readonly revoke: (refreshToken: string) => Promise<void>;
}

/** A token that ends sooner than this is renewed first, so that it is still good when the gateway looks at it. */
const marginMs = 30_000;

/** Begins a session with the tokens of a log-in. */
export function createSession({ person, requestedScopes, tokens, renew, revoke }: SessionOptions): Session {
  let held = hold(tokens, undefined);
  let renewing: Promise<void> | undefined;
  const renewOnce = async (refreshToken: string): Promise<void> => {
    try {
      held = hold(await renew(refreshToken), refreshToken);
    } catch (error) {
      // The issuer may be away for a moment, and the token may still do.
      if (isOver(held.ends)) throw new Error(`Your log-in has ended: log in again. ${explainFailure(error)}`);
    }
  };
  return {
    person,
    requestedScopes,
    // Left out when they are what was asked for (RFC 6749, 5.1).
    scopes: tokens.scope?.split(' ') ?? requestedScopes,
    token: async () => {
      if (isOver(held.ends, held.marginMs) && held.refreshToken !== undefined) {
        // Whoever comes meanwhile waits for the same one: a refresh token that is used twice ends everything.
        renewing ??= renewOnce(held.refreshToken).finally(() => {
          renewing = undefined;
        });
        await renewing;
      }
      if (isOver(held.ends)) throw new Error('Your log-in has ended: log in again');
      return held.accessToken;
    },
    end: async () => {
      // Or the old token would be ended, and the one that is on its way would live on.
      await renewing?.catch(() => undefined);
      if (held.refreshToken !== undefined) await revoke(held.refreshToken);
    },
  };
}

interface HeldTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly ends: Moment;
  readonly marginMs: number;
}

/**
 * A moment on two clocks: the page's, which nobody can set, but which may stand still while a computer sleeps, and the one on
 * the wall. It has come when either says so; a token that is renewed too early does no harm.
 */
interface Moment {
  readonly pageMs: number;
  readonly wallMs: number;
}

function hold(tokens: TokenEndpointResponse, refreshToken: string | undefined): HeldTokens {
  const lifeMs = (tokens.expires_in ?? Number.POSITIVE_INFINITY) * 1000;
  return {
    accessToken: tokens.access_token,
    // Without a new one, the old one goes on (RFC 6749, 6).
    refreshToken: tokens.refresh_token ?? refreshToken,
    ends: { pageMs: performance.now() + lifeMs, wallMs: Date.now() + lifeMs },
    marginMs: Math.min(marginMs, lifeMs / 2),
  };
}

/** Whether a moment has come, or is no further than `marginMs` away. */
function isOver({ pageMs, wallMs }: Moment, marginMs = 0): boolean {
  return performance.now() >= pageMs - marginMs || Date.now() >= wallMs - marginMs;
}
