import type { Call } from '../../call/call.ts';
import { formatFieldPath, textAt, valueAt } from '../../rpc-table/field-path.ts';
import { everythingArgument, type Validation } from '../../rpc-table/validation.ts';

import { refusal } from './refusal.ts';

/**
 * Looks at a request before it is sent: at its value, opened once for all checks of its RPC, and at its call. Throws the
 * GatewayError that the caller gets.
 */
export type CheckRequest = (value: unknown, call: Call) => void;

/** A look that may take long, and lets others go on meanwhile. Rejects with the GatewayError that the caller gets. */
export type CheckLongRequest = (value: unknown, call: Call) => Promise<void>;

type Kind<Name extends Validation['kind']> = Extract<Validation, { kind: Name }>;

/** Refuses an empty string. White space counts as nothing: it gives no reason to anybody. */
export function compileFilledCheck({ field, why }: Kind<'filled'>): CheckRequest {
  const name = formatFieldPath(field);
  return (value) => {
    if (textAt(value, field).trim() !== '') return;
    throw refusal('INVALID_ARGUMENT', 'FIELD_EMPTY', `"${name}" is empty, and must say something: ${why}.`);
  };
}

/** Refuses criteria that narrow nothing, unless callers say that they mean everything, as they can in GraphQL. */
export function compileBoundedCheck({ field, apart, why }: Kind<'bounded'>): CheckRequest {
  const name = formatFieldPath(field);
  const { type } = field.at(-1)!;
  const narrowing = type.kind === 'message' ? type.message.fields.map(({ jsonName }) => jsonName) : [];
  const names = narrowing.filter((jsonName) => !apart.has(jsonName)).join(', ');
  return (value, { meansEverything, surface }) => {
    if (meansEverything === true || narrows(valueAt(value, field), apart)) return;
    const argument = `; or, if you mean everything, add the argument ${everythingArgument}: true`;
    throw refusal(
      'INVALID_ARGUMENT',
      'UNBOUNDED',
      `"${name}" narrows nothing: ${why}. Say what you mean by one of ${names}${surface === 'graphql' ? argument : ''}.`,
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

/** How far the clocks of gateway and upstream may be apart, and how long a request may be on its way, in seconds. */
const marginSeconds = 5;

/**
 * Refuses a time that is longer ago than the upstream answers for, a margin included.
 *
 * @param now the current time in milliseconds since 1970
 */
export function compileRecentCheck({ field, seconds, why }: Kind<'recent'>, now: () => number): CheckRequest {
  const name = formatFieldPath(field);
  const longest = Math.max(1, seconds - marginSeconds);
  return (value) => {
    const said = Number(valueAt(value, field) ?? 0);
    const present = Math.floor(now() / 1000);
    if (said >= present - longest) return;
    const found = said === 0 ? '0' : `${said}, which is ${present - said} seconds ago`;
    throw refusal(
      'INVALID_ARGUMENT',
      'TIME_TOO_OLD',
      `"${name}" is ${found}: ${why}. Send a time in seconds since 1970 that is at most ${longest} seconds ago; ` +
        `now it is ${present}.`,
    );
  };
}

/** Refuses U+0000 in any string, as deep as it may be. Bytes are base64 when opened, and may hold what they like. */
export function compileNulCheck({ why }: Kind<'no-nul'>): CheckRequest {
  return (value) => {
    const path = pathOfNul(value);
    if (path === undefined) return;
    const name = path.reduce((said, step) => (/^\d+$/.test(step) ? `${said}[${step}]` : `${said}.${step}`));
    throw refusal('INVALID_ARGUMENT', 'NUL_IN_TEXT', `"${name}" holds the character U+0000: ${why}. Leave it out.`);
  };
}

function pathOfNul(value: unknown): [string, ...string[]] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (name.includes('\0') || (typeof member === 'string' && member.includes('\0')))
      return [name.replaceAll('\0', '?')];
    const inside = pathOfNul(member);
    if (inside !== undefined) return [name, ...inside];
  }
  return undefined;
}
