import { jsx as _jsx, jsxs as _jsxs } from 'react/jsx-runtime';
import { useId } from 'react';
/** Whether answers tell which calls to Cuebot they took, and how long those lasted. */
export function ExplainSwitch({ isOn, onChange }) {
  const box = useId();
  return _jsxs('label', {
    className: 'explain',
    htmlFor: box,
    title:
      'Show below each answer which calls it took: how many, how many objects each served, how long they waited and lasted',
    children: [
      _jsx('input', { id: box, type: 'checkbox', checked: isOn, onChange: ({ target }) => onChange(target.checked) }),
      'Explain',
    ],
  });
}
