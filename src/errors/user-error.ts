/**
 * A mistake of whoever started the program: a setting, a file, an address. The message is for them: what was found, what was
 * expected, where, and how to mend it. The program prints it without a stack and ends with 1. Whatever is no UserError is
 * our own defect, and is printed whole.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  /** Each mistake by itself, so that those of one start can be told together. Never empty. */
  readonly mistakes: readonly string[];

  /** @param mistakes what is told below the title; none: the title says it all */
  constructor(title: string, mistakes: readonly string[] = [], options?: ErrorOptions) {
    super([title, ...mistakes.map((mistake) => `  - ${mistake.replaceAll('\n', '\n    ')}`)].join('\n'), options);
    this.mistakes = mistakes.length === 0 ? [title] : mistakes;
  }
}
