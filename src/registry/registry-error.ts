import { UserError } from '../errors/user-error.ts';

/** One thing that is wrong with a schema. */
export interface RegistryProblem {
  /** The file as the user knows it: the path that was given, or its name inside a descriptor set. */
  readonly file: string;
  /** From 1; undefined where the source has no lines. */
  readonly line: number | undefined;
  /** What was found, what was expected, how to fix it. */
  readonly message: string;
}

/** The schema could not be loaded. Carries every problem that was found, not only the first. */
export class RegistryError extends UserError {
  override readonly name = 'RegistryError';
  /** By file and line. */
  readonly problems: readonly RegistryProblem[];

  constructor(problems: readonly RegistryProblem[]) {
    const sorted = problems.toSorted(
      (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || (a.line ?? 0) - (b.line ?? 0),
    );
    super(formatProblems(sorted));
    this.problems = Object.freeze(sorted);
  }
}

function formatProblems(problems: readonly RegistryProblem[]): string {
  const lines = problems.map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`);
  if (lines.length === 1) return `cannot load the schema: ${lines[0]}`;
  return [`cannot load the schema, ${lines.length} problems:`, ...lines.map((line) => `  ${line}`)].join('\n');
}
