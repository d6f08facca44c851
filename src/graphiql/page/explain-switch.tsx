import { useId } from 'react';

interface ExplainSwitchProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** Whether answers tell which calls to Cuebot they took, and how long those lasted. */
export function ExplainSwitch({ isOn, onChange }: ExplainSwitchProps) {
  const box = useId();
  return (
    <label
      className="explain"
      htmlFor={box}
      title="Show below each answer which calls it took: how many, how many objects each served, how long they waited and lasted"
    >
      <input id={box} type="checkbox" checked={isOn} onChange={({ target }) => onChange(target.checked)} />
      Explain
    </label>
  );
}
