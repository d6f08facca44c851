import type { Farm } from '../farm/farm.ts';
import type { ProcRow } from '../farm/rows.ts';
import { byName } from '../farm/find-rows.ts';
import { isAmong } from './matchers.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

interface Bound {
  readonly value: number;
}

/** host.ProcSearchCriteria: exact names; memory in KB and durations in seconds, both inclusive, first entry only. */
export interface ProcCriteria {
  readonly hosts: readonly string[];
  readonly jobs: readonly string[];
  readonly layers: readonly string[];
  readonly shows: readonly string[];
  readonly allocs: readonly string[];
  readonly memoryRange: readonly Range[];
  readonly memoryGreaterThan: readonly Bound[];
  readonly memoryLessThan: readonly Bound[];
  readonly durationRange: readonly Range[];
  readonly maxResults: readonly number[];
  readonly firstResult: number;
}

/**
 * Procs that match, and pass the caller's own test before they are paged; no criteria match every proc of the farm. Only with `maxResults` is there an order (host name, then
 * dispatch time) and a page, which begins at `firstResult`, counted from 1.
 */
export function findProcs(
  farm: Farm,
  criteria: ProcCriteria | null,
  also: (proc: ProcRow) => boolean = () => true,
): ProcRow[] {
  const procs = [...farm.procs.values()].filter(also);
  if (!criteria) return procs;
  const matching = procs.filter(compileTest(farm, criteria));
  const [maxResults] = criteria.maxResults;
  if (maxResults === undefined || maxResults <= 0) return matching;
  const first = Math.max(criteria.firstResult, 1) - 1;
  return matching.sort(byHostThenDispatch).slice(first, first + maxResults);
}

function compileTest(farm: Farm, criteria: ProcCriteria): (proc: ProcRow) => boolean {
  const tests: ((proc: ProcRow) => boolean)[] = [
    isAmong(criteria.hosts, (proc) => proc.host.name),
    isAmong(criteria.jobs, (proc) => proc.frame.layer.job.name),
    isAmong(criteria.layers, (proc) => proc.frame.layer.name),
    isAmong(criteria.shows, (proc) => proc.frame.layer.job.group.show.name),
    isAmong(criteria.allocs, (proc) => proc.host.allocation.name),
  ];
  const [memory] = criteria.memoryRange;
  if (memory) tests.push(({ memory: reserved }) => reserved >= memory.min && reserved <= memory.max);
  const [least] = criteria.memoryGreaterThan;
  if (least) tests.push((proc) => proc.memory >= least.value);
  const [most] = criteria.memoryLessThan;
  if (most) tests.push((proc) => proc.memory <= most.value);
  const [duration] = criteria.durationRange;
  if (duration) {
    const now = farm.now();
    tests.push((proc) => now - proc.dispatchTime >= duration.min && now - proc.dispatchTime <= duration.max);
  }
  return (proc) => tests.every((test) => test(proc));
}

function byHostThenDispatch(a: ProcRow, b: ProcRow): number {
  return byName(a.host, b.host) || a.dispatchTime - b.dispatchTime;
}
