import { Fragment as _Fragment, jsx as _jsx, jsxs as _jsxs } from 'react/jsx-runtime';
import { useId, useState } from 'react';
/** The field for the bearer token. */
export function TokenField({ token, isRefused, hint, placeholder, onChange }) {
  const field = useId();
  const [draft, setDraft] = useState(token);
  const [isShown, setShown] = useState(false);
  const apply = (text) => {
    const entered = tokenOf(text);
    setDraft(entered);
    if (entered !== token) onChange(entered);
  };
  return _jsxs(_Fragment, {
    children: [
      _jsx('label', { className: 'credentials-label', htmlFor: field, children: 'Token' }),
      _jsx('input', {
        id: field,
        className: isShown ? 'token-field' : 'token-field token-hidden',
        type: 'text',
        value: draft,
        placeholder: placeholder,
        autoComplete: 'off',
        autoCapitalize: 'off',
        spellCheck: false,
        'aria-describedby': hint,
        'aria-invalid': isRefused,
        onChange: ({ target }) => setDraft(target.value),
        onPaste: (event) => {
          event.preventDefault();
          apply(event.clipboardData.getData('text'));
        },
        onBlur: () => apply(draft),
        onKeyDown: ({ key }) => key === 'Enter' && apply(draft),
      }),
      _jsx('button', {
        className: 'bar-button',
        type: 'button',
        'aria-pressed': isShown,
        onClick: () => setShown(!isShown),
        children: isShown ? 'Hide' : 'Show',
      }),
      _jsx('button', {
        className: 'bar-button',
        type: 'button',
        disabled: draft === '',
        onClick: () => apply(''),
        children: 'Forget',
      }),
    ],
  });
}
/** People paste whole header lines, and terminals break long ones. */
function tokenOf(text) {
  return text.replace(/^\s*(?:authorization:)?\s*(?:bearer\s)?/i, '').replace(/\s/g, '');
}
