/** Something that needs a name. */
export interface NameClaim {
  /** For the error message, e.g. `input of job.Job`. */
  readonly owner: string;
  /** Names from the nicest to the most explicit. */
  readonly candidates: readonly string[];
}

/**
 * Gives every claim a name of its own. A candidate that more than one claim wants, or that is reserved, goes to none of them:
 * all its claimants move on to their next one. The outcome is a function of the set of claims, never of their
 * order, so no file that is loaded earlier or later renames a type.
 *
 * @returns the names in the order of the claims.
 * @throws Error when two claims run out of candidates, which takes protos that spell one name in two ways.
 */
export function chooseNames(claims: readonly NameClaim[], reserved: ReadonlySet<string>): readonly string[] {
  const levels = claims.map(() => 0);
  for (;;) {
    const wanted = claims.map((claim, index) => nameAt(claim, levels[index]!));
    const moving = indexesOfContested(wanted, reserved);
    if (moving.length === 0) return wanted;
    for (const index of moving) {
      if (levels[index]! + 1 === claims[index]!.candidates.length) {
        throw new Error(explainCollision(claims, wanted, index));
      }
      levels[index]!++;
    }
  }
}

function nameAt(claim: NameClaim, level: number): string {
  return claim.candidates[level]!;
}

function indexesOfContested(wanted: readonly string[], reserved: ReadonlySet<string>): number[] {
  const claimants = new Map<string, number>();
  for (const name of wanted) claimants.set(name, (claimants.get(name) ?? 0) + 1);
  return wanted.flatMap((name, index) => (reserved.has(name) || claimants.get(name)! > 1 ? [index] : []));
}

function explainCollision(claims: readonly NameClaim[], wanted: readonly string[], index: number): string {
  const name = wanted[index]!;
  const owners = claims.filter((_, other) => wanted[other] === name).map(({ owner }) => owner);
  const wanting = owners.length > 1 ? `${owners.sort().join(' and ')} both need` : `${owners[0]} needs`;
  return `${wanting} the GraphQL name "${name}", which is taken; rename one in the .proto files`;
}
