/**
 * A mistake of whoever started the program: a setting, a file, an address. The message is for them: what was found, what was
 * expected, where, and how to mend it. The program prints it without a stack and ends with 1. Whatever is no UserError is
 * our own defect, and is printed whole.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  /** Each mistake by itself, so that several errors of one start can be told together. Never empty. */
  readonly problems: readonly string[];

  /** @param problems the message itself, or each mistake below a title */
  constructor(title: string, problems: readonly string[] = []) {
    super([title, ...problems.map((problem) => `  - ${problem.replaceAll('\n', '\n    ')}`)].join('\n'));
    this.problems = problems.length === 0 ? [title] : problems;
  }
}
