import type { MethodDescriptor } from '../registry/descriptors.ts';

import type { Upstream } from './create-upstream.ts';

/** What shows which database a server works on: a read whose answer names things by random ids. */
export interface DatabaseQuestion {
  /** Its request stays empty. */
  readonly method: MethodDescriptor;
  /** The ids in an answer. */
  readonly read: (reply: Uint8Array) => readonly string[];
}

/**
 * Whether a candidate works on the database of a server that is in use, or where that does not answer, on the one that was
 * last seen. Undefined: the candidate does not answer now.
 */
export type CompareDatabases = (
  candidate: Pick<Upstream, 'ask'>,
  reference: Pick<Upstream, 'ask'> | undefined,
) => Promise<boolean | undefined>;

/** How long an answer may take, in milliseconds: it lists more than a probe does. */
const answerWithinMs = 10_000;

/** Somebody may add a thing between two answers, but hardly each time. */
const maxAttempts = 3;

/** Begins without having seen any database: then the first one counts. */
export function createDatabaseComparison({ method, read }: DatabaseQuestion): CompareDatabases {
  let seen: ReadonlySet<string> | undefined;
  const idsOf = async (server: Pick<Upstream, 'ask'>): Promise<ReadonlySet<string> | undefined> => {
    try {
      return new Set(read((await server.ask(method, answerWithinMs)).message));
    } catch {
      // Whether it is there at all is for the probe to find out.
      return undefined;
    }
  };
  return async (candidate, reference) => {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const [ids, theirs] = await Promise.all([idsOf(candidate), reference && idsOf(reference)]);
      if (ids === undefined) return undefined;
      const isSame = theirs === undefined ? seen === undefined || holdsMost(ids, seen) : areEqual(ids, theirs);
      if (isSame) {
        seen = ids;
        return true;
      }
    }
    return false;
  };
}

function areEqual(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return some.size === others.size && [...some].every((id) => others.has(id));
}

/** Whether it is the database of before, which may have changed since. Not any id will do: two fresh ones begin with the same. */
function holdsMost(now: ReadonlySet<string>, before: ReadonlySet<string>): boolean {
  return before.size === 0 || [...before].filter((id) => now.has(id)).length * 2 > before.size;
}
