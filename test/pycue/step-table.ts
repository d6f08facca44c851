/** One thing that was tried. */
export interface Step {
  /** The way that it took, e.g. `GRPC_PORT`. */
  readonly way: string;
  readonly what: string;
  /** What went wrong; undefined: it holds. */
  readonly problem?: string | undefined;
}

/** The table of steps, a row for each as soon as it is done, and the counts at its end. */
export interface StepTable {
  add(step: Step): void;
  /** Writes the counts. @returns whether no step failed, and any was tried at all */
  end(): boolean;
}

/** Begins a table. @param write takes a line */
export function createStepTable(write: (line: string) => void): StepTable {
  const counts = { passed: 0, failed: 0 };
  return {
    add: ({ way, what, problem }) => {
      const result = problem === undefined ? 'passed' : 'failed';
      counts[result] += 1;
      write(`${result}  ${way.padEnd(wayWidth)}  ${what}${problem === undefined ? '' : `: ${problem}`}`);
    },
    end: () => {
      write(`\n${counts.passed} passed, ${counts.failed} failed`);
      return counts.failed === 0 && counts.passed > 0;
    },
  };
}

/** Of the longest name of a way. */
const wayWidth = 24;
