import type { CheckRequest } from './check-request.ts';
import { formatFieldPath, textAt } from '../../rpc-table/field-path.ts';
import type { Validation } from '../../rpc-table/validation.ts';
import { refusal } from './refusal.ts';

/** Refuses an empty string. White space counts as nothing: it gives no reason to anybody. */
export function compileFilledCheck({ field, why }: Extract<Validation, { kind: 'filled' }>): CheckRequest {
  const name = formatFieldPath(field);
  return (value) => {
    if (textAt(value, field).trim() !== '') return;
    throw refusal('INVALID_ARGUMENT', 'FIELD_EMPTY', `"${name}" is empty, and must say something: ${why}.`);
  };
}
