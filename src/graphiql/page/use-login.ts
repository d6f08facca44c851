import { useEffect, useState } from 'react';

import type { PageLogin } from '../../web-pages/login-settings.ts';
import type { Session } from '../../web-pages/page/login/create-session.ts';
import { leaveForLogin, leavingMs } from '../../web-pages/page/login/leave-for-login.ts';
import { keepLoggedOut } from '../../web-pages/page/session-storage.ts';

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

  return {
    isLeaving,
    /** Leaves the page for the issuer's, to come back with the scopes that one logs in with, or has, and these besides. */
    logIn: (scopes: readonly string[]) => {
      setLeaving(true);
      // Whoever stops the browser on its way stays here, and nothing tells.
      setTimeout(() => setLeaving(false), leavingMs);
      leaveForLogin(login, session, scopes).catch((error: Error) => {
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
