import type { PermissionLevel } from '../rpc-table/permission-level.ts';

/** An identity, and what the policy makes of it: everything that a decision asks about a caller. */
export interface Principal {
  readonly subject: string;
  /** Every level that he has, the included ones too, with what gave it to him, e.g. `scope cue:operate`. */
  readonly levels: ReadonlyMap<PermissionLevel, string>;
  /** Every grant that he has, with what gave it to him; `*`: all of them. */
  readonly grants: ReadonlyMap<string, string>;
  /** The shows that he has to do with; `*`: all of them. */
  readonly shows: ReadonlySet<string>;
  /** Whether rules about what a call acts on pass him by: nobody was asked, or the shared secret opens everything. */
  readonly isUnrestricted: boolean;
  /** What he has, as the end of a sentence: `your token has cue:read`. */
  readonly holds: string;
}
