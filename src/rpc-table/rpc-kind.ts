import type { MethodDescriptor } from '../registry/descriptors.ts';

/** Whether an RPC only looks (a GraphQL query, may be shared and sent again) or changes something (a mutation). */
export type RpcKind = 'read' | 'write';

/** Verbs that promise not to change anything. `Check`, `Report`, `Run` and the like are absent on purpose. */
const readVerbs = words('Count Describe Exists Find Get Has Is List Lookup Query Read Search Watch');

/** Verbs that make a write of a read wherever they stand in its name: `GetReset`, `ReadClearCounters`. */
const writeVerbs = words(
  'Acquire Clear Consume Create Decrement Delete Dequeue Destroy Drop Erase Flush Increment Insert Kill Modify Pop Purge ' +
    'Remove Reset Truncate Upsert Wipe',
);

/** Verbs that are nouns as often. They make a write behind a word that joins, and elsewhere a name that may be read in two ways. */
const ambiguousVerbs = words(
  'Abort Accept Ack Acknowledge Activate Add Advance Allocate Append Apply Approve Archive Assign Attach Block Book Cancel ' +
    'Change Claim Close Commit Complete Confirm Copy Deactivate Detach Disable Edit Enable Enqueue Execute Expire Extend ' +
    'Finish Fix Free Generate Grant Import Init Initialize Install Invoke Issue Launch Lease Load Lock Log Mark Merge Migrate ' +
    'Move Notify Open Patch Pause Post Publish Push Put Rebuild Record Refresh Register Reject Release Rename Renew Repair ' +
    'Replace Requeue Reserve Resize Restart Restore Resume Retry Revoke Rotate Save Schedule Send Set Shutdown Sign Start Stop ' +
    'Store Submit Subscribe Suspend Swap Sync Tag Terminate Touch Trigger Unlock Unregister Update Upload Write',
);

/** What joins a second verb to the first, as in `GetOrCreate` and `ReadThenClear`. */
const joints = words('And Else Or Then');

/** A kind and the sentence that explains it, printed by `cuegate operations`. */
export interface KindDecision {
  readonly kind: RpcKind;
  readonly reason: string;
  /** What in the name may mean something else; undefined when there is no doubt. */
  readonly doubt: string | undefined;
}

/**
 * Decides an RPC's kind by its `idempotency_level` option, else by the verbs in its name. A read begins with a verb that
 * promises to change nothing, and no other verb takes that back: `GetAndDelete` and `FindOrAdd` are writes.
 *
 * A wrong "read" would let a write be repeated or shared, so whatever is not known to be a read is a write.
 */
export function kindOf(method: MethodDescriptor): KindDecision {
  if (method.idempotency === 'no-side-effects') return certain('read', 'idempotency_level is NO_SIDE_EFFECTS');
  if (method.idempotency === 'idempotent') return certain('write', 'idempotency_level is IDEMPOTENT');
  const [verb = method.name, ...rest] = wordsOf(method.name);
  if (!readVerbs.has(verb)) return certain('write', `verb ${verb}`);
  const [second = ''] = rest;
  const joined = rest.filter((word, index) => {
    const before = rest[index - 1] ?? '';
    // Straight behind the first verb and what joins, everything is a verb: GetOrFoo.
    if (index === 1 && joints.has(second)) return !readVerbs.has(word) && !joints.has(word);
    return joints.has(before) && (writeVerbs.has(word) || ambiguousVerbs.has(word));
  });
  if (joined[0] !== undefined) return certain('write', `verb ${verb}, joined with ${joined[0]}`);
  const changing = rest.find((word) => writeVerbs.has(word));
  if (changing !== undefined) {
    return { kind: 'write', reason: `verb ${verb}, but ${changing}`, doubt: `${changing} may be what is read` };
  }
  const ambiguous = rest.find((word, index) => ambiguousVerbs.has(word) || maybeJoined(word, rest[index - 1]));
  const doubt = ambiguous === undefined ? undefined : `${ambiguous} may be a second verb`;
  return { kind: 'read', reason: `verb ${verb}`, doubt };
}

function certain(kind: RpcKind, reason: string): KindDecision {
  return { kind, reason, doubt: undefined };
}

/** Whether a word that no list knows may be a verb behind what joins; `GetJobsAndLayers` joins nouns. */
function maybeJoined(word: string, before: string | undefined): boolean {
  return joints.has(before ?? '') && !readVerbs.has(word) && !word.endsWith('s');
}

/**
 * `GetJobs` → `Get`, `Jobs`; `list_books` → `List`, `Books`; `BatchGetJobs` → `Get`, `Jobs`. A verb only counts as a whole
 * word: `Issue` is no `Is`, and neither is `Getaway` a `Get`.
 */
function wordsOf(name: string): readonly string[] {
  const found = (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map(
    (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
  );
  return found[0] === 'Batch' && found.length > 1 ? found.slice(1) : found;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
