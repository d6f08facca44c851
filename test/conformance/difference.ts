import type { Vector } from './vector.ts';

/** One way in which cuegate answers otherwise than the Go gateway, on purpose. A row of the migration page. */
export interface Difference {
  readonly topic: string;
  /** What the Go gateway does. */
  readonly before: string;
  /** What cuegate does. */
  readonly now: string;
  readonly reason: string;
  /** Where recordings show it; absent when none does. */
  readonly recorded?: {
    readonly concerns: (vector: Vector) => boolean;
    /** cuegate's answer, made from the recorded one. */
    readonly answer: (response: string, vector: Vector) => string;
  };
}
