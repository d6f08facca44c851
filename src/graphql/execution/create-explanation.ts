import type { ResponsePath } from 'graphql';

import type { CallTimings } from '../../call/call.ts';
import type { Call, Invoke, Reply } from '../../call/call.ts';

/** What the calls of one field to one RPC came to; the shape of `extensions.explain.fields`. Times in milliseconds. */
export interface ExplainedField {
  /** The path in the answer, by the names that the query chose, without the indices of lists: `jobs.layers`. */
  readonly field: string;
  readonly rpc: string;
  /** How many calls went through the pipeline. */
  calls: number;
  /** For how many objects these calls answered; more than `calls` when one call served many. */
  objects: number;
  /** How many more were answered by an identical call of the same operation. */
  repeated: number;
  /** How many of the calls rode on a call of somebody else, or on its reply. */
  shared: number;
  failed: number;
  /** How many were sent once more, since no answer came; not there where none was. */
  retried?: number;
  /** Spent in lanes, all calls together. */
  queuedMs: number;
  /** Spent upstream, all calls together. */
  upstreamMs: number;
  /** The longest that the field waited for one call. */
  slowestMs: number;
}

/** What one operation did upstream. */
export interface Explanation {
  /** Makes a call and writes down how it went. */
  readonly watch: (invoke: Invoke, call: Call, path: ResponsePath | undefined, objects: number) => Promise<Reply>;
  /** A call that was not made, because an identical one had been. */
  readonly noteRepetition: (call: Call, path: ResponsePath | undefined) => void;
  /** For `extensions.explain`; fields in the order of their first call. */
  readonly toJSON: () => { readonly calls: number; readonly fields: readonly ExplainedField[] };
}

/** Begins an explanation without any calls. */
export function createExplanation(): Explanation {
  const rows = new Map<string, ExplainedField>();
  const rowOf = ({ method }: Call, path: ResponsePath | undefined): ExplainedField => {
    const field = foldPath(path);
    const key = `${field} ${method.fullName}`;
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row = { field, rpc: method.fullName, ...nothingYet };
    rows.set(key, row);
    return row;
  };
  return {
    watch: async (invoke, call, path, objects) => {
      const row = rowOf(call, path);
      row.calls += 1;
      row.objects += objects;
      const timings: CallTimings = {};
      const startedAt = performance.now();
      try {
        const reply = await invoke({ ...call, timings });
        if (timings.upstreamMs === undefined) row.shared += 1;
        return reply;
      } catch (error) {
        row.failed += 1;
        throw error;
      } finally {
        if (timings.retries !== undefined) row.retried = (row.retried ?? 0) + timings.retries;
        row.queuedMs += timings.queuedMs ?? 0;
        row.upstreamMs += timings.upstreamMs ?? 0;
        row.slowestMs = Math.max(row.slowestMs, performance.now() - startedAt);
      }
    },
    noteRepetition: (call, path) => {
      rowOf(call, path).repeated += 1;
    },
    toJSON: () => {
      const fields = [...rows.values()].map(roundTimes);
      return { calls: fields.reduce((sum, { calls }) => sum + calls, 0), fields };
    },
  };
}

const nothingYet = {
  calls: 0,
  objects: 0,
  repeated: 0,
  shared: 0,
  failed: 0,
  queuedMs: 0,
  upstreamMs: 0,
  slowestMs: 0,
} as const;

/** `jobs`, 3, `layers` → `jobs.layers`. */
function foldPath(path: ResponsePath | undefined): string {
  const names: string[] = [];
  for (let step = path; step !== undefined; step = step.prev) {
    if (typeof step.key === 'string') names.unshift(step.key);
  }
  return names.join('.');
}

/** Microseconds are more than anybody can use, and floats would show their tails. */
function roundTimes(row: ExplainedField): ExplainedField {
  const round = (milliseconds: number) => Math.round(milliseconds * 1_000) / 1_000;
  return {
    ...row,
    queuedMs: round(row.queuedMs),
    upstreamMs: round(row.upstreamMs),
    slowestMs: round(row.slowestMs),
  };
}
