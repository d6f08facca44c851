import type { VisitorSettings } from '../../web-pages/login-settings.ts';
import { hintOf } from '../../web-pages/page/credentials-hint.ts';
import type { Verdict } from '../../web-pages/page/gateway-client.ts';
import type { Session } from '../../web-pages/page/login/create-session.ts';
import { leaveForLogin, leavingMs } from '../../web-pages/page/login/leave-for-login.ts';
import { keepLoggedOut, keepToken, recallToken, tokenOf } from '../../web-pages/page/session-storage.ts';
import type { PageStart } from '../../web-pages/page/start-page.ts';

import { html, setAttributes, setText } from './elements.ts';

/** Whoever the page speaks for; another one is another object. */
export interface Bearer {
  readonly session: Session | undefined;
  /** Entered by hand; empty: none. */
  readonly token: string;
}

/** Who the page speaks for, and how to become somebody: a log-in where there is one, or a field for a token. */
export function createCredentialsView(
  { needsToken, login }: VisitorSettings,
  start: PageStart,
  onBearer: (bearer: Bearer) => void,
) {
  const canLogIn = login !== undefined;
  let bearer: Bearer = { session: start.session, token: start.session === undefined ? recallToken() : '' };
  let [verdict, problem]: [Verdict, string] = ['unknown', start.problem ?? ''];

  const hint = html('p', { class: 'hint', id: 'hint', role: 'status' });
  const logInButton = html('button', { class: 'button button-first', type: 'button' });
  const logOutButton = html('button', { class: 'button', type: 'button' }, 'Log out');
  const field = html('input', {
    class: 'field token-field',
    id: 'token',
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    'aria-describedby': 'hint',
    placeholder: canLogIn ? 'or paste a bearer token' : 'paste a bearer token',
  });
  const forget = html('button', { class: 'button', type: 'button' }, 'Forget');
  const tokenLine = html('span', { class: 'token-line' }, html('label', { for: 'token' }, 'Token'), field, forget);
  field.value = bearer.token;

  const draw = () => {
    const { session, token } = bearer;
    const person = session?.person;
    const told = hintOf({ canLogIn, purpose: 'see the farm', token, person, problem, verdict });
    setText(hint, told.text);
    setAttributes(hint, { class: told.isAlarming ? 'hint hint-alarming' : 'hint' });
    const missing = missingScopes();
    setAttributes(logInButton, { hidden: !canLogIn || (session !== undefined && !told.isAlarming) });
    setText(logInButton, missing.length === 0 ? 'Log in' : `Log in with ${missing.join(' and ')}`);
    setAttributes(logOutButton, { hidden: session === undefined });
    setAttributes(tokenLine, { hidden: session !== undefined });
    setAttributes(forget, { hidden: field.value === '' });
    setAttributes(field, { 'aria-invalid': typeof verdict === 'object' && 'refusal' in verdict ? 'true' : 'false' });
  };
  const missingScopes = () => (typeof verdict === 'object' && 'missingScopes' in verdict ? verdict.missingScopes : []);
  const become = (next: Bearer) => {
    [bearer, verdict] = [next, 'unknown'];
    draw();
    onBearer(bearer);
  };
  const enter = (text: string) => {
    const token = tokenOf(text);
    field.value = token;
    if (token === bearer.token) return draw();
    problem = '';
    keepToken(token);
    become({ session: undefined, token });
  };

  field.addEventListener('input', draw);
  field.addEventListener('change', () => enter(field.value));
  field.addEventListener('keydown', ({ key }) => key === 'Enter' && enter(field.value));
  field.addEventListener('paste', (event) => {
    event.preventDefault();
    enter(event.clipboardData?.getData('text') ?? '');
  });
  forget.addEventListener('click', () => enter(''));
  logInButton.addEventListener('click', () => {
    logInButton.disabled = true;
    // Whoever stops the browser on its way stays here, and nothing tells.
    setTimeout(() => (logInButton.disabled = false), leavingMs);
    leaveForLogin(login, bearer.session, missingScopes()).catch((error: Error) => {
      logInButton.disabled = false;
      problem = error.message;
      draw();
    });
  });
  logOutButton.addEventListener('click', () => {
    const { session } = bearer;
    keepLoggedOut();
    problem = '';
    become({ session: undefined, token: '' });
    session?.end().catch(() => {
      problem = 'You are logged out here, but the issuer could not be told';
      draw();
    });
  });

  draw();
  return {
    root: html('div', { class: 'credentials', hidden: !needsToken }, hint, logInButton, logOutButton, tokenLine),
    /** Whoever the page speaks for. */
    bearer: () => bearer,
    /** Whether anybody can be asked for what they lack. */
    canLogIn,
    /** Told what the gateway thinks of a bearer; late answers about an earlier one say nothing. */
    judge: (about: Bearer, found: Verdict, isAsked: boolean) => {
      if (about !== bearer) return;
      if (found === 'unknown') return;
      // What somebody lacks for what they wanted is still lacking when the page goes on by itself.
      if (!isAsked && found === 'accepted' && missingScopes().length > 0) return;
      verdict = found;
      if (isAsked) problem = '';
      draw();
    },
  };
}
