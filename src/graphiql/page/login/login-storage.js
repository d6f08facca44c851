const pendingKey = 'cuegate:login';
const scopesKey = 'cuegate:login-scopes';
const loggedOutKey = 'cuegate:logged-out';
/**
 * Keeps a log-in while its user is at the issuer's page. In this tab's storage, so that no other tab or site can bring it to
 * its end. Throws when the browser keeps nothing for pages.
 */
export function keepPendingLogin(pending) {
  sessionStorage.setItem(pendingKey, JSON.stringify(pending));
}
/** The log-in that has begun in this tab, once: whatever becomes of it, it must not serve a second time. */
export function takePendingLogin() {
  const text = take(pendingKey);
  return text === undefined ? undefined : JSON.parse(text);
}
/** Notes that the user is logged in, and with which scopes; never a token. A reload can ask the issuer for the same again. */
export function keepLoginScopes(scopes) {
  sessionStorage.setItem(scopesKey, scopes.join(' '));
  sessionStorage.removeItem(loggedOutKey);
}
/** Notes that the user has logged out in this tab, until somebody logs in. */
export function keepLoggedOut() {
  take(scopesKey);
  try {
    sessionStorage.setItem(loggedOutKey, 'yes');
  } catch {
    // The browser keeps nothing for pages, and nobody logs in without that.
  }
}
/** Whether the last one who was here has logged out. */
export function hasLoggedOut() {
  return sessionStorage.getItem(loggedOutKey) !== null;
}
/** The scopes of the log-in that a reload ended, once; who comes back without having got it again must not go in circles. */
export function takeLoginScopes() {
  return take(scopesKey)?.split(' ');
}
function take(key) {
  try {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return text ?? undefined;
  } catch {
    // The browser keeps nothing for pages, so there is nothing to take.
    return undefined;
  }
}
