import type { LimitRow } from './rows.ts';

/** A limit as `Create` makes it from a name and a number. */
export function newLimit(id: string, name: string, maxValue: number): LimitRow {
  return {
    id,
    name,
    maxValue,
    type: 'FRAME',
    enforcement: 'ENFORCED',
    softValue: 0,
    reportTtl: 0,
    exitStatus: 0,
    delayMinutes: 0,
    autoTag: false,
  };
}
