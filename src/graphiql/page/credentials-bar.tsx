import { useId } from 'react';

import type { PageLogin } from '../../web-pages/login-settings.ts';
import { hintOf } from '../../web-pages/page/credentials-hint.ts';
import type { Verdict } from '../../web-pages/page/gateway-client.ts';
import type { Session } from '../../web-pages/page/login/create-session.ts';

import { TokenField } from './token-field.tsx';
import { useLogin } from './use-login.ts';

interface CredentialsBarProps {
  /** Undefined: nobody can log in here. */
  readonly login: PageLogin | undefined;
  /** Why a log-in came to nothing; empty: it did not. */
  readonly problem: string;
  readonly session: Session | undefined;
  readonly token: string;
  readonly verdict: Verdict;
  readonly onProblem: (problem: string) => void;
  readonly onToken: (token: string) => void;
  readonly onLoggedOut: () => void;
}

/** Who the page speaks for: somebody who has logged in, or whoever a token stands for; and one line on how things stand. */
export function CredentialsBar(props: CredentialsBarProps) {
  const { login, problem, session, token, verdict, onProblem, onToken, onLoggedOut } = props;
  const hintId = useId();
  const { isLeaving, logIn, logOut } = useLogin(login, session, onProblem, onLoggedOut);
  const canLogIn = login !== undefined;
  const hint = hintOf({ canLogIn, purpose: 'load the schema', token, person: session?.person, problem, verdict });
  const missingScopes = typeof verdict === 'object' && 'missingScopes' in verdict ? verdict.missingScopes : [];
  const enter = (entered: string) => {
    onProblem('');
    onToken(entered);
  };
  return (
    <div className="credentials">
      <p
        className={hint.isAlarming ? 'hint hint-alarming' : 'hint'}
        id={hintId}
        role="status"
        title={hint.isAlarming ? hint.text : session?.scopes.join(' ')}
      >
        {hint.text}
      </p>
      {canLogIn && (session === undefined || hint.isAlarming) && (
        <button
          className="bar-button bar-button-first"
          type="button"
          disabled={isLeaving}
          onClick={() => logIn(missingScopes)}
        >
          {missingScopes.length === 0 ? 'Log in' : `Log in with ${missingScopes.join(' and ')}`}
        </button>
      )}
      {session === undefined ? (
        <TokenField
          token={token}
          isRefused={typeof verdict === 'object' && 'refusal' in verdict}
          hint={hintId}
          placeholder={canLogIn ? 'or paste a bearer token' : 'paste a bearer token'}
          onChange={enter}
        />
      ) : (
        <button className="bar-button" type="button" onClick={logOut}>
          Log out
        </button>
      )}
    </div>
  );
}
