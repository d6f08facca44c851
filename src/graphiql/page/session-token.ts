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
