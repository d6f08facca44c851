import type { PageLogin } from '../../login-settings.ts';

import { hasLoggedOut } from '../session-storage.ts';
import { noServer } from '../start-page.ts';
import type { Session } from './create-session.ts';
import { qualifyScope } from './qualify-scope.ts';

/** For so long a second click would be one too many, in milliseconds. */
export const leavingMs = 5_000;

/**
 * Leaves the page for the issuer's, to come back with the scopes that one logs in with, or has, and these besides. Never
 * resolves; rejects with an error for the user.
 */
export async function leaveForLogin(
  login: PageLogin | undefined,
  session: Session | undefined,
  scopes: readonly string[],
): Promise<never> {
  if (login === undefined || login.server === null) throw new Error(noServer);
  // Without it, browsers have no cryptography for pages (https://w3c.github.io/webcrypto/#Crypto-interface).
  if (!isSecureContext) throw new Error('Logging in takes https, or a gateway at localhost: paste a token instead');
  const { createLoginClient } = await import('./login-client.ts');
  const demandedScopes = scopes.map((scope) => qualifyScope(scope, login.scopes));
  const wanted = new Set([...(session?.requestedScopes ?? login.scopes), ...demandedScopes]);
  // Who has just logged out may want to be somebody else.
  const prompt = hasLoggedOut() ? { prompt: 'login' as const } : {};
  return createLoginClient({ ...login, server: login.server }).begin({
    scopes: [...wanted],
    demandedScopes,
    ...prompt,
  });
}
