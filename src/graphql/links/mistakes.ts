import { type ASTNode, getLocation, type Source } from 'graphql';

import { UserError } from '../../errors/user-error.ts';

/** Something in a links document that cannot work. */
export interface Mistake {
  readonly line: number;
  /** Whose definition it stands in, e.g. `Job.layers`. */
  readonly owner: string;
  readonly text: string;
}

/** Notes a mistake at the place of a node. */
export type Report = (node: ASTNode, text: string) => void;

/** Collects the mistakes of one definition. */
export function reportTo(mistakes: Mistake[], source: Source, owner: string): Report {
  return ({ loc }, text) => {
    mistakes.push({ line: getLocation(source, loc?.start ?? 0).line, owner, text });
  };
}

/** All mistakes of a links document at once, each with its line. */
export class LinksError extends UserError {
  override readonly name = 'LinksError';

  constructor(fileName: string, mistakes: readonly Mistake[]) {
    const lines = mistakes
      .toSorted((one, other) => one.line - other.line)
      .map(({ line, owner, text }) => `line ${line}, ${owner}: ${text}`);
    super(`${fileName} has ${mistakes.length} mistake(s):`, lines);
  }
}
