import { useId, useState } from 'react';

import { tokenOf } from '../../web-pages/page/session-storage.ts';

interface TokenFieldProps {
  readonly token: string;
  readonly isRefused: boolean;
  /** The id of the element that says how things stand. */
  readonly hint: string;
  readonly placeholder: string;
  readonly onChange: (token: string) => void;
}

/** The field for the bearer token. */
export function TokenField({ token, isRefused, hint, placeholder, onChange }: TokenFieldProps) {
  const field = useId();
  const [draft, setDraft] = useState(token);
  const [isShown, setShown] = useState(false);
  const apply = (text: string) => {
    const entered = tokenOf(text);
    setDraft(entered);
    if (entered !== token) onChange(entered);
  };
  return (
    <>
      <label className="credentials-label" htmlFor={field}>
        Token
      </label>
      {/* No password field: the browser would offer to keep the token for ever. Style sheet and class hide the text. */}
      <input
        id={field}
        className={isShown ? 'token-field' : 'token-field token-hidden'}
        type="text"
        value={draft}
        placeholder={placeholder}
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
      <button className="bar-button" type="button" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
        {isShown ? 'Hide' : 'Show'}
      </button>
      <button className="bar-button" type="button" disabled={draft === ''} onClick={() => apply('')}>
        Forget
      </button>
    </>
  );
}
