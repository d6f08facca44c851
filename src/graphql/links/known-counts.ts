import type { Scope } from './compile-expression.ts';
import type { RequestValue } from './compile-template.ts';
import type { CallPlan } from './plans.ts';

/** Whether the parent's counts say that there is nothing to find. */
export function findsNothing({ counts }: CallPlan, request: RequestValue, scope: Scope): boolean {
  const chosen = counts?.chosenBy(request) ?? [];
  return chosen.length > 0 && chosen.every((value) => counts!.countOf(value, scope) === 0);
}

/** How many rows there are, where the parent says it: of all, or of some kinds if nothing but kinds is chosen. */
export function knownTotal({ total, counts }: CallPlan, request: RequestValue, scope: Scope): number | undefined {
  const given = leavesOf(scope.args);
  if (given.length === 0) {
    const known = total?.evaluate(scope);
    return typeof known === 'number' ? known : undefined;
  }
  const chosen = counts?.chosenBy(request);
  if (given.length > 1 || given[0] !== chosen) return undefined;
  const known = [...new Set(chosen)].map((value) => counts!.countOf(value, scope));
  return known.includes(undefined) ? undefined : known.reduce<number>((sum, count) => sum + count!, 0);
}

/** The values that arguments come to, lists as one. */
function leavesOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return typeof value !== 'object' || Array.isArray(value) ? [value] : Object.values(value).flatMap(leavesOf);
}
