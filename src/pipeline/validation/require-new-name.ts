import type { Call, Invoke, InvokeOf, Reply } from '../../call/call.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import type { Lane } from '../lanes/lane.ts';
import type { CloseMessage, OpenMessage } from '../../call/open-message.ts';
import type { DressedError } from '../../rpc-table/rpc-table.ts';

import { formatFieldPath, textAt } from '../../rpc-table/field-path.ts';
import type { NameSpelling, Validation } from '../../rpc-table/validation.ts';
import { refusal } from './refusal.ts';

/** What looking a name up needs. */
export interface NewNameOptions {
  readonly open: OpenMessage;
  readonly close: CloseMessage;
  readonly dressedErrors: readonly DressedError[];
  /** Calls that give names of this kind run one at a time in it, from before the look-up until they are answered. */
  readonly lane: Lane;
}

/**
 * Refuses to give a name that is taken: looks it up, and sends the call only when it is not. Two such calls through this
 * gateway do not overtake each other; another gateway's or CueGUI's still can.
 */
export function requireNewName(
  { field, lookUp, why }: Extract<Validation, { kind: 'unique' }>,
  { open, close, dressedErrors, lane }: NewNameOptions,
): (next: Invoke, nextOf: InvokeOf) => (value: unknown, call: Call) => Promise<Reply> {
  const label = formatFieldPath(field);
  const { method, where } = lookUp;
  const ask = close(method.input);
  const read = open(method.output);

  const isTaken = async (name: string, call: Call, lookUpName: Invoke): Promise<boolean> => {
    const request = ask('by' in where ? { [where.by]: name } : {});
    try {
      const { message } = await lookUpName({ ...call, method, request, metadata: [] });
      return 'by' in where || (read(message) as Readonly<Record<string, readonly string[]>>)[where.in]!.includes(name);
    } catch (error) {
      if (meansMissing(error, dressedErrors)) return false;
      throw error;
    }
  };
  return (next, nextOf) => (value, call) => {
    const said = textAt(value, field);
    // The upstream has its own words for a name that is none.
    if (said === '') return next(call);
    const name = spell[lookUp.spelling](said);
    return lane.run(call, 'write', async (turn) => {
      if (!(await isTaken(name, turn, nextOf(method)))) return next(turn);
      const found = name === said ? `"${said}"` : `"${said}", which is stored as "${name}"`;
      throw refusal('ALREADY_EXISTS', 'NAME_TAKEN', `"${label}" is ${found}, and that name is taken: ${why}.`);
    });
  };
}

const spell: Readonly<Record<NameSpelling, (name: string) => string>> = {
  exact: (name) => name,
  'lower-case-underscores': (name) => name.toLowerCase().replaceAll('-', '_'),
};

/** NOT_FOUND, or what the upstream says instead of it. */
function meansMissing(error: unknown, dressedErrors: readonly DressedError[]): boolean {
  if (!(error instanceof GatewayError) || error.origin !== 'upstream') return false;
  const { status, message } = error;
  const dressed = dressedErrors.find(
    (candidate) => status.name === candidate.status && message.startsWith(candidate.startsWith),
  );
  return (dressed?.means ?? status.name) === 'NOT_FOUND';
}
