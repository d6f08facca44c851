import type { CheckRequest } from './check-request.ts';
import { formatFieldPath, valueAt } from '../../rpc-table/field-path.ts';
import { everythingArgument, type Validation } from '../../rpc-table/validation.ts';
import { refusal } from './refusal.ts';

/** Refuses criteria that narrow nothing, unless the caller says that he means everything. */
export function compileBoundedCheck({ field, apart, why }: Extract<Validation, { kind: 'bounded' }>): CheckRequest {
  const name = formatFieldPath(field);
  const { type } = field.at(-1)!;
  const narrowing = type.kind === 'message' ? type.message.fields.map(({ jsonName }) => jsonName) : [];
  const names = narrowing.filter((jsonName) => !apart.has(jsonName)).join(', ');
  return (value, { meansEverything }) => {
    if (meansEverything === true || narrows(valueAt(value, field), apart)) return;
    throw refusal(
      'INVALID_ARGUMENT',
      'UNBOUNDED',
      `"${name}" narrows nothing: ${why}. Say what you mean by one of ${names}; or, if you mean everything, ` +
        `add the argument ${everythingArgument}: true.`,
    );
  };
}

function narrows(criteria: unknown, apart: ReadonlySet<string>): boolean {
  return (
    criteria !== undefined &&
    Object.entries(criteria as object).some(([name, value]) => !apart.has(name) && isSaid(value))
  );
}

/** Whether a value narrows anything: a list does as soon as it has an element, a message by what it holds. */
function isSaid(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isSaid);
  return value !== null && value !== '' && value !== 0 && value !== '0' && value !== false;
}
