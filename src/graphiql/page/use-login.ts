import { useEffect, useState } from 'react';

import type { PageLogin } from '../page-settings.ts';

import type { Session } from './login/create-session.ts';
import { hasLoggedOut, keepLoggedOut } from './session-storage.ts';
import { qualifyScope } from './login/qualify-scope.ts';
import { noServer } from './start-page.ts';

/** For so long a second click would be one too many. */
const leavingMs = 5_000;

/**
 * What the buttons do.
 *
 * @param onProblem told what to tell the user; empty: that all is well again
 */
export function useLogin(
  login: PageLogin | undefined,
  session: Session | undefined,
  onProblem: (problem: string) => void,
  onLoggedOut: () => void,
) {
  const [isLeaving, setLeaving] = useState(false);

  // Whoever comes back by the browser's button finds the page as they left it.
  useEffect(() => {
    const stay = () => setLeaving(false);
    window.addEventListener('pageshow', stay);
    return () => window.removeEventListener('pageshow', stay);
  }, []);

  const leave = async (scopes: readonly string[]): Promise<never> => {
    if (login === undefined || login.server === null) throw new Error(noServer);
    // Without it, browsers have no cryptography for pages (https://w3c.github.io/webcrypto/#Crypto-interface).
    if (!isSecureContext) throw new Error('Logging in takes https, or a gateway at localhost: paste a token instead');
    const { createLoginClient } = await import('./login/login-client.ts');
    const demandedScopes = scopes.map((scope) => qualifyScope(scope, login.scopes));
    const wanted = new Set([...(session?.requestedScopes ?? login.scopes), ...demandedScopes]);
    // Who has just logged out may want to be somebody else.
    const prompt = hasLoggedOut() ? { prompt: 'login' as const } : {};
    return createLoginClient({ ...login, server: login.server }).begin({
      scopes: [...wanted],
      demandedScopes,
      ...prompt,
    });
  };

  return {
    isLeaving,
    /** Leaves the page for the issuer's, to come back with the scopes that one logs in with, or has, and these besides. */
    logIn: (scopes: readonly string[]) => {
      setLeaving(true);
      // Whoever stops the browser on its way stays here, and nothing tells.
      setTimeout(() => setLeaving(false), leavingMs);
      leave(scopes).catch((error: Error) => {
        setLeaving(false);
        onProblem(error.message);
      });
    },
    logOut: () => {
      keepLoggedOut();
      onProblem('');
      onLoggedOut();
      session?.end().catch(() => onProblem('You are logged out here, but the issuer could not be told'));
    },
  };
}
