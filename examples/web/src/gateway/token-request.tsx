import type { FormEvent } from 'react';

import { giveToken, tokenState } from './access-token.ts';
import { useStore } from './store.ts';

/** Asks for a token when there is none. It stands above the page, and takes nothing of it away. */
export function TokenRequest() {
  const state = useStore(tokenState);
  if (state === 'given') return null;

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token')).trim();
    if (token !== '') giveToken(token);
  };
  return (
    <form className="notice token-request" onSubmit={submit} aria-labelledby="token-reason">
      <p id="token-reason" role="alert">
        {state === 'missing'
          ? 'The gateway wants to know who you are.'
          : 'Your token is no longer accepted. The page goes on with a new one.'}
      </p>
      <label>
        Token <input type="password" name="token" autoComplete="off" required />
      </label>
      <button type="submit">Go on</button>
    </form>
  );
}
