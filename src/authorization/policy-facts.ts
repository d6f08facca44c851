import type { PermissionLevel } from '../rpc-table/permission-level.ts';

/** A rule about what a call acts on, for callers who have the level. */
export interface ResourceRule {
  /** As it is called in the policy's file. */
  readonly name: string;
  /** `owner`: only the owner's own. `shows`: only of the shows that the caller has to do with. */
  readonly only: 'owner' | 'shows';
  /** Who has this level is not bound; undefined: everybody is. */
  readonly unless: PermissionLevel | undefined;
}

/** What the policy asks of the callers of one RPC, compiled at boot. */
export interface PolicyFacts {
  /** `<package>.<Service>/<Method>` */
  readonly rpc: string;
  /** Undefined: nobody has decided, so nobody may. */
  readonly level: PermissionLevel | undefined;
  /** On top of the level; undefined: none. */
  readonly grant: string | undefined;
  /** What to ask an administrator for: a scope where one gives the level, else its name in words; undefined when nothing helps. */
  readonly levelNeeded: Needed | undefined;
  /** The same for the grant; undefined when it asks for none. */
  readonly grantNeeded: Needed | undefined;
  readonly rules: readonly ResourceRule[];
}

/** How a right is asked for. */
export interface Needed {
  /** For people: `cue:operate`, or `the level "operate"` where no scope gives it. */
  readonly text: string;
  /** For machines; undefined when no scope gives it. */
  readonly scope: string | undefined;
}

/** All that callers of an RPC need, in words: `cue:submit`, `cue:grant:launch`. Undefined: nobody may call it. */
export function needsOf({ levelNeeded, grantNeeded }: PolicyFacts): readonly string[] | undefined {
  if (levelNeeded === undefined) return undefined;
  return grantNeeded === undefined ? [levelNeeded.text] : [levelNeeded.text, grantNeeded.text];
}
