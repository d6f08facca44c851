/** A claim about speed or size, and how it is measured. */
export interface BenchCase {
  /** The file's name; `npm run bench -- NAME` runs it alone. */
  readonly name: string;
  /** What it answers, in a sentence. */
  readonly question: string;
  /** Measures; every figure beside something else that was measured in the same run, since machines are noisy. */
  readonly run: () => Promise<BenchTable> | BenchTable;
}

/** What was measured. */
export interface BenchTable {
  readonly columns: readonly string[];
  /** One text per column. */
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to read it. */
  readonly notes?: readonly string[];
}

/** The middle of the values: one slow run does not move it. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The bounds between which the middle half of the values lies. */
export function middleHalf(values: readonly number[]): readonly [low: number, high: number] {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)]!;
  return [at(0.25), at(0.75)];
}

/** Times functions in turns, so that whatever else the machine does hits all of them. Medians in milliseconds. */
export async function timeInTurns(
  cases: readonly (() => unknown)[],
  { warmUp, rounds }: { readonly warmUp: number; readonly rounds: number },
): Promise<readonly number[]> {
  const times = cases.map((): number[] => []);
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const [index, run] of cases.entries()) {
      const begin = process.hrtime.bigint();
      await run();
      if (round >= warmUp) times[index]?.push(Number(process.hrtime.bigint() - begin) / 1e6);
    }
  }
  return times.map(median);
}
