/** A log-in that has begun: what must fit what the issuer sends the user back with. */
export interface PendingLogin {
  readonly state: string;
  /** Undefined: no ID token was asked for. */
  readonly nonce: string | undefined;
  readonly codeVerifier: string;
  readonly scopes: readonly string[];
  /** Those of them without which there was no need to log in. */
  readonly demandedScopes: readonly string[];
  /** Whether the issuer was told to ask the user nothing. */
  readonly isSilent: boolean;
}

const pendingKey = 'cuegate:login';
const scopesKey = 'cuegate:login-scopes';
const loggedOutKey = 'cuegate:logged-out';

/**
 * Keeps a log-in while its user is at the issuer's page. In this tab's storage, so that no other tab or site can bring it to
 * its end. Throws when the browser keeps nothing for pages.
 */
export function keepPendingLogin(pending: PendingLogin): void {
  sessionStorage.setItem(pendingKey, JSON.stringify(pending));
}

/** The log-in that has begun in this tab, once: whatever becomes of it, it must not serve a second time. */
export function takePendingLogin(): PendingLogin | undefined {
  const text = take(pendingKey);
  return text === undefined ? undefined : (JSON.parse(text) as PendingLogin);
}

/** Notes that the user is logged in, and with which scopes; never a token. A reload can ask the issuer for the same again. */
export function keepLoginScopes(scopes: readonly string[]): void {
  sessionStorage.setItem(scopesKey, scopes.join(' '));
  sessionStorage.removeItem(loggedOutKey);
}

/** Notes that the user has logged out in this tab, until somebody logs in. */
export function keepLoggedOut(): void {
  take(scopesKey);
  try {
    sessionStorage.setItem(loggedOutKey, 'yes');
  } catch {
    // The browser keeps nothing for pages, and nobody logs in without that.
  }
}

/** Whether the last one who was here has logged out. */
export function hasLoggedOut(): boolean {
  return sessionStorage.getItem(loggedOutKey) !== null;
}

/** The scopes of the log-in that a reload ended, once; who comes back without having got it again must not go in circles. */
export function takeLoginScopes(): readonly string[] | undefined {
  return take(scopesKey)?.split(' ');
}

function take(key: string): string | undefined {
  try {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return text ?? undefined;
  } catch {
    // The browser keeps nothing for pages, so there is nothing to take.
    return undefined;
  }
}

/** Session storage lives as long as the tab: it survives a reload, and no other tab, window or later visit sees it. */
const key = 'cuegate:token';

/** The token that was entered in this tab; empty when there is none, or when the browser keeps nothing for pages. */
export function recallToken(): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

/** Remembers the token for this tab; an empty one forgets it. */
export function keepToken(token: string): void {
  try {
    if (token === '') sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, token);
  } catch {
    // The browser keeps nothing: the token then lasts until the page is left.
  }
}

/** The token in what was entered: people paste whole header lines, and terminals break long ones. */
export function tokenOf(text: string): string {
  return text.replace(/^\s*(?:authorization:)?\s*(?:bearer\s)?/i, '').replace(/\s/g, '');
}
