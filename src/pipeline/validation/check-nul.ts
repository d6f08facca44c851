import type { CheckRequest } from './check-request.ts';
import type { Validation } from '../../rpc-table/validation.ts';
import { refusal } from './refusal.ts';

/** Refuses U+0000 in any string, as deep as it may be. Bytes are base64 when opened, and may hold what they like. */
export function compileNulCheck({ why }: Extract<Validation, { kind: 'no-nul' }>): CheckRequest {
  return (value) => {
    const path = pathOfNul(value);
    if (path === undefined) return;
    const name = path.reduce((said, step) => (/^\d+$/.test(step) ? `${said}[${step}]` : `${said}.${step}`));
    throw refusal('INVALID_ARGUMENT', 'NUL_IN_TEXT', `"${name}" holds the character U+0000: ${why}. Leave it out.`);
  };
}

/** Whether a string may hold U+0000 at all: most messages have no such byte, and are not opened. */
export function mayHoldNul(wire: Uint8Array): boolean {
  return wire.indexOf(0) >= 0;
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
