/** An attack, and what must not come of it. */
export interface ChaosCase {
  /** The file's name; `npm run chaos -- NAME` runs it alone. */
  readonly name: string;
  /** What the attackers do, in a sentence. */
  readonly attack: string;
  readonly run: () => Promise<readonly ChaosFigure[]>;
}

/** What was measured during an attack. */
export interface ChaosFigure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** More than this fails the run; undefined: for comparison only. */
  readonly limit?: number;
}
