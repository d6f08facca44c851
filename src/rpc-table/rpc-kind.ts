import type { MethodDescriptor } from '../registry/descriptors.ts';

/** Whether an RPC only looks (a GraphQL query, may be shared and sent again) or changes something (a mutation). */
export type RpcKind = 'read' | 'write';

/** Verbs that promise not to change anything. `Check`, `Report`, `Run` and the like are absent on purpose. */
const readVerbs: ReadonlySet<string> = new Set(
  'Count Describe Exists Find Get Has Is List Lookup Query Read Search Watch'.split(' '),
);

/** A kind and the sentence that explains it, printed by `cuegate operations`. */
export interface KindDecision {
  readonly kind: RpcKind;
  readonly reason: string;
}

/**
 * Decides an RPC's kind by its `idempotency_level` option, else by the verb that its name begins with.
 * A wrong "read" would let a write be repeated or shared, so whatever is not known to be a read is a write.
 */
export function kindOf(method: MethodDescriptor): KindDecision {
  if (method.idempotency === 'no-side-effects') return { kind: 'read', reason: 'idempotency_level is NO_SIDE_EFFECTS' };
  if (method.idempotency === 'idempotent') return { kind: 'write', reason: 'idempotency_level is IDEMPOTENT' };
  const verb = firstWord(method.name);
  if (readVerbs.has(verb)) return { kind: 'read', reason: `verb ${verb}` };
  return { kind: 'write', reason: `verb ${verb}` };
}

/**
 * `GetJobs` → `Get`, `list_books` → `List`, `BatchGetJobs` → `Get`. A verb only counts as a whole word: `Issue` is no `Is`,
 * and neither is `Getaway` a `Get`.
 */
function firstWord(name: string): string {
  const [first = name, second = ''] = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  const word = first.toLowerCase() === 'batch' && second !== '' ? second : first;
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}
