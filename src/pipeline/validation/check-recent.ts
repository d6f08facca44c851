import type { CheckRequest } from './check-request.ts';
import { formatFieldPath, valueAt } from '../../rpc-table/field-path.ts';
import type { Validation } from '../../rpc-table/validation.ts';
import { refusal } from './refusal.ts';

/**
 * Refuses a time that is longer ago than the upstream answers for.
 *
 * @param now the current time in milliseconds since 1970
 */
export function compileRecentCheck(
  { field, seconds, why }: Extract<Validation, { kind: 'recent' }>,
  now: () => number,
): CheckRequest {
  const name = formatFieldPath(field);
  return (value) => {
    const said = Number(valueAt(value, field) ?? 0);
    const present = Math.floor(now() / 1000);
    if (said >= present - seconds) return;
    const found = said === 0 ? '0' : `${said}, which is ${present - said} seconds ago`;
    throw refusal(
      'INVALID_ARGUMENT',
      'TIME_TOO_OLD',
      `"${name}" is ${found}: ${why}. Send a time in seconds since 1970 that is at most ${seconds} seconds ago; ` +
        `now it is ${present}.`,
    );
  };
}
