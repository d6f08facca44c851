import { createStore } from './store.ts';

/** missing: nobody gave one yet; refused: it has expired, or never was good. */
export type TokenState = 'missing' | 'refused' | 'given';

/** Per tab, and gone with it. */
const key = 'access-token';

export const tokenState = createStore<TokenState>(sessionStorage.getItem(key) === null ? 'missing' : 'given');

/** Takes a new token. Where your studio has a log-in, this is what it calls. */
export function giveToken(token: string): void {
  sessionStorage.setItem(key, token);
  tokenState.set('given');
}

/**
 * `fetch` with the token. When there is none, or the gateway refuses it, the request waits until the user has given another one. It is then
 * sent (again): what is answered 401 has not been executed, so this is safe for writes.
 */
export async function fetchWithToken(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  while (true) {
    const token = await takeToken();
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(input, { ...init, headers });
    if (response.status !== 401) return response;
    // Another request may have been refused first, and there may be a new token already.
    if (sessionStorage.getItem(key) === token) refuseToken();
  }
}

function refuseToken(): void {
  sessionStorage.removeItem(key);
  tokenState.set('refused');
}

function takeToken(): Promise<string> {
  return new Promise((resolve) => {
    const look = () => {
      const token = sessionStorage.getItem(key);
      if (token === null) return;
      stop();
      resolve(token);
    };
    const stop = tokenState.subscribe(look);
    look();
  });
}
