import { GatewayError } from '../../call/gateway-error.ts';
import type { StatusName } from '../../call/status.ts';

import { isAbsent } from './compile-expression.ts';
import { writeInto } from './compile-input.ts';
import type { Row } from './compile-row-path.ts';
import type { RequestValue } from './compile-template.ts';
import type { LinkSession } from './create-link-session.ts';
import type { Ask, BatchPlan, CutPlan, UniquePlan } from './plans.ts';

/** What batches are answered with. */
export interface BatchLimits {
  /** How many keys one call carries; 0: every parent asks by itself. */
  readonly maxKeys: number;
  /** How many rows may be fetched to cut pages out of; parents with more between them ask one by one. */
  readonly maxCutRows: number;
}

/** After these, asking one by one would only ask in vain more often. */
const hopeless: ReadonlySet<StatusName> = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'UNAVAILABLE',
  'UNAUTHENTICATED',
  'ABORTED',
]);

/** The same for refusals of our own: there is no room for one call, so there is none for many. */
const hopelessReasons: ReadonlySet<string> = new Set(['CALL_BUDGET', 'LANE_FULL', 'LANE_WAIT']);

/**
 * Answers what several parents ask by as few calls as the plan allows, and by one for each where the batch cannot be proved to
 * say the same. `base` is the request without keys; one answer per ask, in order, an Error where it failed.
 */
export async function answerBatch(
  plan: BatchPlan,
  base: RequestValue,
  asks: readonly Ask[],
  session: LinkSession,
  limits: BatchLimits,
): Promise<readonly unknown[]> {
  const answers = new Map<Ask, Promise<unknown>>();
  const together = asks.length === 1 || limits.maxKeys === 0 ? [] : await selectProvable(plan, asks, session, limits);
  for (const chunk of chunksByKey(together, limits.maxKeys)) {
    const rows = readTogether(plan, base, chunk, session).catch((error: unknown) => {
      const { status, reason } = GatewayError.from(error);
      if (hopeless.has(status.name) || hopelessReasons.has(reason)) throw error;
      session.counters.fallbacks += 1;
      return undefined;
    });
    for (const ask of chunk)
      answers.set(
        ask,
        rows.then((found) => pickAnswer(plan, ask, found)),
      );
  }
  const all = asks.map((ask) => answers.get(ask) ?? ask.alone());
  const settled = await Promise.allSettled(all);
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : toError(one.reason)));
}

/** DataLoader tells failures by their class. */
function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('a link failed without an error', { cause: reason });
}

/** Those of several asks that one call answers exactly as their own calls would. */
async function selectProvable(
  { unique, cut }: BatchPlan,
  asks: readonly Ask[],
  session: LinkSession,
  { maxCutRows }: BatchLimits,
): Promise<readonly Ask[]> {
  if (cut !== undefined && sizeOf(cut, asks) > maxCutRows) return [];
  if (unique.length === 0) return asks;
  const proofs = await Promise.all(
    asks.map((ask) => Promise.all(unique.map((condition) => isUnique(condition, ask, session)))),
  );
  const proved = asks.filter((_, index) => proofs[index]!.every((holds) => holds));
  return proved.length > 1 ? proved : [];
}

function sizeOf({ size }: CutPlan, asks: readonly Ask[]): number {
  // A parent that does not say how many rows it has could have any number.
  return asks.reduce((sum, { scope }) => sum + Number(size.evaluate(scope) ?? Number.POSITIVE_INFINITY), 0);
}

/** Whether a list of everything has the key of an ask exactly once. A list that cannot be had proves nothing. */
async function isUnique({ rpc, template, take, key, match }: UniquePlan, ask: Ask, session: LinkSession) {
  const { scope, path } = ask;
  if (!template.isComplete(scope)) return false;
  const reply = await session.read(rpc, rpc.encode(template.build(scope)), path).catch(() => undefined);
  if (reply === undefined) return false;
  const wanted = key.evaluate(scope);
  return take(reply).filter((row) => match.evaluate(row) === wanted).length === 1;
}

/** At most so many different keys in each; asks with the same key stay together. */
function chunksByKey(asks: readonly Ask[], maxKeys: number): readonly (readonly Ask[])[] {
  const byKey = new Map<unknown, Ask[]>();
  for (const ask of asks) {
    const same = byKey.get(ask.key[0]);
    if (same === undefined) byKey.set(ask.key[0], [ask]);
    else same.push(ask);
  }
  const groups = [...byKey.values()];
  const chunks: Ask[][] = [];
  for (let at = 0; at < groups.length; at += maxKeys) chunks.push(groups.slice(at, at + maxKeys).flat());
  return chunks;
}

/** Rows by key. */
type RowsByKey = ReadonlyMap<string, readonly Row[]>;

/** One call for several asks. Answers undefined when its reply does not prove what each of them has. */
async function readTogether(
  plan: BatchPlan,
  base: RequestValue,
  asks: readonly Ask[],
  session: LinkSession,
): Promise<RowsByKey | undefined> {
  const { rpc, into, cut } = plan;
  const { counters } = session;
  const keys = [...new Set(asks.map(({ key }) => key[0]))];
  // Upstream, no key at all means every row there is.
  if (keys.length === 0 || keys.some(isAbsent)) return undefined;
  const request = { ...base };
  writeInto(request, into, keys);
  const limit = cut === undefined ? Number.POSITIVE_INFINITY : sizeOf(cut, asks) + 1;
  if (cut !== undefined) writeInto(request, cut.limitInto, limit);
  const reply = await session.read(rpc, rpc.encode(request), asks[0]!.path, asks.length);
  const rows = plan.take(reply);
  counters.batches += 1;
  counters.batchedParents += asks.length;
  // A full page may have left rows out.
  const byKey = rows.length < limit ? groupByKey(plan, rows, new Set(keys)) : undefined;
  if (byKey === undefined) counters.fallbacks += 1;
  return byKey;
}

/** Undefined when a row was not asked for: whatever this reply is about, it is something else. */
function groupByKey({ matches }: BatchPlan, rows: readonly Row[], asked: ReadonlySet<unknown>): RowsByKey | undefined {
  const byKey = new Map<string, Row[]>();
  for (const row of rows) {
    const parts = matches.map(({ evaluate }) => evaluate(row));
    if (!asked.has(parts[0])) return undefined;
    const key = joinKey(parts);
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [row]);
    else same.push(row);
  }
  return byKey;
}

/** The parts of a key as one text. */
export function joinKey(parts: readonly unknown[]): string {
  return parts.length === 1 ? String(parts[0]) : JSON.stringify(parts);
}

/** What rows by key say to one ask; its own call where they say nothing for sure. */
function pickAnswer(plan: BatchPlan, ask: Ask, rowsByKey: RowsByKey | undefined): unknown {
  if (rowsByKey === undefined) return ask.alone();
  const rows = rowsByKey.get(joinKey(ask.key)) ?? [];
  if (plan.cut !== undefined) return cutPage(plan.cut, ask, rows);
  if (plan.isList) return rows;
  const row = plan.choose(rows);
  return row ?? (plan.asksIfMissing ? ask.alone() : null);
}

/** A page as the upstream would cut it, if the order that it numbers by is without doubt. */
function cutPage({ order, limit, page }: CutPlan, ask: Ask, rows: readonly Row[]): unknown {
  const { scope } = ask;
  const numbered = rows.map((row) => ({ row, at: Number(order.evaluate(row)) }));
  if (new Set(numbered.map(({ at }) => at)).size < rows.length) return ask.alone();
  const size = Number(limit.evaluate(scope));
  const start = (Number(page.evaluate(scope)) - 1) * size;
  return numbered
    .toSorted((one, other) => one.at - other.at)
    .slice(start, start + size)
    .map(({ row }) => row);
}
