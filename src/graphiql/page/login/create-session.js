import { explainFailure } from './explain-failure.ts';
/** A token that ends sooner than this is renewed first, so that it is still good when the gateway looks at it. */
const marginMs = 30000;
/** Begins a session with the tokens of a log-in. */
export function createSession({ person, requestedScopes, tokens, renew, revoke }) {
  let held = hold(tokens, undefined);
  let renewing;
  const renewOnce = async (refreshToken) => {
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
function hold(tokens, refreshToken) {
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
function isOver({ pageMs, wallMs }, marginMs = 0) {
  return performance.now() >= pageMs - marginMs || Date.now() >= wallMs - marginMs;
}
