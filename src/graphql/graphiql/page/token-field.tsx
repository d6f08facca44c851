import { useId, useState } from 'react';

import type { Verdict } from './create-fetcher.ts';

interface TokenFieldProps {
  readonly token: string;
  readonly verdict: Verdict;
  readonly onChange: (token: string) => void;
}

/** The field for the bearer token, and one line beside it that says how things stand. */
export function TokenField({ token, verdict, onChange }: TokenFieldProps) {
  const [field, hint] = [useId(), useId()];
  const [draft, setDraft] = useState(token);
  const [isShown, setShown] = useState(false);
  const isRefused = typeof verdict === 'object';
  const apply = (text: string) => {
    const entered = tokenOf(text);
    setDraft(entered);
    if (entered !== token) onChange(entered);
  };
  return (
    <div className="token">
      <p className={isRefused ? 'token-hint token-refused' : 'token-hint'} id={hint} role="status">
        {hintOf(token, verdict)}
      </p>
      <label className="token-label" htmlFor={field}>
        Token
      </label>
      {/* No password field: the browser would offer to keep the token for ever. Style sheet and class hide the text. */}
      <input
        id={field}
        className={isShown ? 'token-field' : 'token-field token-hidden'}
        type="text"
        value={draft}
        placeholder="paste a bearer token"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-describedby={hint}
        aria-invalid={isRefused}
        onChange={({ target }) => setDraft(target.value)}
        onPaste={(event) => {
          event.preventDefault();
          apply(event.clipboardData.getData('text'));
        }}
        onBlur={() => apply(draft)}
        onKeyDown={({ key }) => key === 'Enter' && apply(draft)}
      />
      <button className="token-button" type="button" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
        {isShown ? 'Hide' : 'Show'}
      </button>
      <button className="token-button" type="button" disabled={draft === ''} onClick={() => apply('')}>
        Forget
      </button>
    </div>
  );
}

/** People paste whole header lines, and terminals break long ones. */
function tokenOf(text: string): string {
  return text.replace(/^\s*(?:authorization:)?\s*(?:bearer\s)?/i, '').replace(/\s/g, '');
}

function hintOf(token: string, verdict: Verdict): string {
  if (typeof verdict === 'object') return refusalHintOf(token, verdict.refusal);
  if (token === '') return 'Paste your token to load the schema; it stays in this tab';
  return verdict === 'accepted' ? 'Token accepted; it stays in this tab' : '';
}

/** What to do about a refusal; its exact words stand where the result would. */
function refusalHintOf(token: string, refusal: string): string {
  if (token === '') return 'The gateway asks for a token: paste yours here';
  if (refusal.includes('expired')) return 'This token is expired: paste a new one';
  if (refusal.includes('malformed')) return 'This is not a whole token: copy it once more';
  if (refusal.includes('signature is invalid')) return 'This token is signed with another secret than the gateway’s';
  return `The gateway does not accept this token: ${refusal.replace('Token validation error: ', '')}`;
}
