import { jsx as _jsx, jsxs as _jsxs } from 'react/jsx-runtime';
import { useId } from 'react';
import { hintOf } from './credentials-hint.ts';
import { TokenField } from './token-field.tsx';
import { useLogin } from './use-login.ts';
/** Who the page speaks for: somebody who has logged in, or whoever a token stands for; and one line on how things stand. */
export function CredentialsBar(props) {
  const { login, problem, session, token, verdict, onProblem, onToken, onLoggedOut } = props;
  const hintId = useId();
  const { isLeaving, logIn, logOut } = useLogin(login, session, onProblem, onLoggedOut);
  const canLogIn = login !== undefined;
  const hint = hintOf({ canLogIn, token, person: session?.person, problem, verdict });
  const missingScopes = typeof verdict === 'object' && 'missingScopes' in verdict ? verdict.missingScopes : [];
  const enter = (entered) => {
    onProblem('');
    onToken(entered);
  };
  return _jsxs('div', {
    className: 'credentials',
    children: [
      _jsx('p', {
        className: hint.isAlarming ? 'hint hint-alarming' : 'hint',
        id: hintId,
        role: 'status',
        title: hint.isAlarming ? hint.text : session?.scopes.join(' '),
        children: hint.text,
      }),
      canLogIn &&
        (session === undefined || hint.isAlarming) &&
        _jsx('button', {
          className: 'bar-button bar-button-first',
          type: 'button',
          disabled: isLeaving,
          onClick: () => logIn(missingScopes),
          children: missingScopes.length === 0 ? 'Log in' : `Log in with ${missingScopes.join(' and ')}`,
        }),
      session === undefined
        ? _jsx(TokenField, {
            token: token,
            isRefused: typeof verdict === 'object' && 'refusal' in verdict,
            hint: hintId,
            placeholder: canLogIn ? 'or paste a bearer token' : 'paste a bearer token',
            onChange: enter,
          })
        : _jsx('button', { className: 'bar-button', type: 'button', onClick: logOut, children: 'Log out' }),
    ],
  });
}
