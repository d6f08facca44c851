import { UserError } from './user-error.ts';

/** Gathers what people have to mend, so that one start tells all of it and not the first of it. */
export class Problems {
  readonly #found: string[] = [];

  get found(): readonly string[] {
    return this.#found;
  }

  add(...problems: readonly string[]): void {
    this.#found.push(...problems);
  }

  /**
   * Does some work and gives its result. A UserError is kept, and undefined given instead. Once something is wrong, other
   * errors are taken for its consequences, and are not told; before that they reject as they are.
   *
   * @param setting the name of the setting that the work follows, e.g. `POLICY_FILE`; undefined: the error says it by itself
   */
  async attempt<Result>(
    setting: string | undefined,
    work: () => Result | Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UserError) {
        if (setting === undefined) this.add(...error.mistakes);
        else this.add(`${setting}: ${error.message}`);
      } else if (this.#found.length === 0) throw error;
      return undefined;
    }
  }
}
