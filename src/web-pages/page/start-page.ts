import type { PageLogin, VisitorSettings } from '../login-settings.ts';

import type { Session } from './login/create-session.ts';
import { keepToken, takeLoginScopes } from './session-storage.ts';

/** What the page begins with. */
export interface PageStart {
  /** Somebody who has just come back from the issuer. */
  readonly session?: Session;
  /** What somebody who wanted to log in did not get, and why; for the user. */
  readonly problem?: string;
}

/**
 * What happened before the page was there: the user may come back from the issuer, or have loaded the page anew while they were
 * logged in. Tokens do not outlive a page, so the issuer is then asked for new ones, without a question to the user; the
 * promise does not resolve, because the page is left.
 */
export async function startPage({ login }: VisitorSettings): Promise<PageStart> {
  const found = new URLSearchParams(location.search);
  const isReturn = found.has('state') && (found.has('code') || found.has('error'));
  // A code is good once, but addresses end up in histories and on screens.
  if (isReturn) history.replaceState(null, '', location.pathname);
  const scopes = takeLoginScopes();
  if (login === undefined || (scopes === undefined && !isReturn)) return {};
  try {
    return await continueLogin(login, isReturn ? found : undefined, scopes ?? []);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** Rejects with an error for the user. */
async function continueLogin(
  { server, ...login }: PageLogin,
  found: URLSearchParams | undefined,
  scopes: readonly string[],
): Promise<PageStart> {
  if (server === null) throw new Error(noServer);
  // Only who logs in needs it.
  const { createLoginClient } = await import('./login/login-client.ts');
  const client = createLoginClient({ ...login, server });
  if (found === undefined) {
    // Whoever comes back by the browser's button finds this page as it was left: on its way.
    window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
    return client.begin({ scopes, prompt: 'none' });
  }
  const finished = await client.finish(found);
  if (finished === undefined) return {};
  // Who logs in speaks for themselves from now on.
  keepToken('');
  const { session, withheldScopes } = finished;
  if (withheldScopes.length === 0) return { session };
  return { session, problem: `The issuer did not give you ${withheldScopes.join(' and ')}: ask whoever runs the farm` };
}

/** What to tell the user when the gateway does not know where people log in. */
export const noServer =
  'The gateway does not know yet where people log in; its log says why. Load the page again later';
