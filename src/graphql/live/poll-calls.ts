import type { Call, Invoke, Reply } from '../../rpc/call.ts';
import type { Identity } from '../../rpc/identity.ts';
import { readKeyOf } from '../../rpc/read-key.ts';

/** The calls that one execution made and what they were answered: if all answers are the same, so is its result. */
export interface PolledCalls {
  /** To execute with: remembers what passes, and calls nothing that `haveChanged` has just called. */
  readonly invoke: Invoke;
  /**
   * Makes the calls of an earlier execution once more, and tells whether any is answered otherwise. Stops at the first that is.
   */
  readonly haveChanged: (earlier: PolledCalls, identity: Identity) => Promise<boolean>;
  /** What passed; undefined when a call failed, so that the next execution may have more luck. */
  readonly seen: () => ReadonlyMap<string, SeenCall> | undefined;
}

interface SeenCall {
  readonly call: Call;
  readonly reply: Reply;
}

/** How many calls are repeated at a time. Lanes let one through at a time anyway; others bear some, but not hundreds. */
const maxInFlight = 8;

/** Begins one look at the upstream; every reply may be as old as `maxAgeMs`, so that those who look together share. */
export function createPolledCalls(invoke: Invoke, maxAgeMs: number): PolledCalls {
  const seen = new Map<string, SeenCall>();
  const polled = new Map<string, Reply>();
  let hasFailed = false;
  const answer = async (key: string, call: Call): Promise<Reply> => {
    const known = polled.get(key);
    // Who asks a second time did not believe the first answer, so none that is lying about will do.
    const isDoubted = seen.has(key);
    if (known !== undefined && !isDoubted) return known;
    return invoke(isDoubted ? call : { ...call, maxAgeMs });
  };
  return {
    invoke: async (call) => {
      const key = readKeyOf(call);
      try {
        const reply = await answer(key, call);
        seen.set(key, { call, reply });
        return reply;
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    },
    haveChanged: async (earlier, identity) => {
      const before = earlier.seen();
      if (before === undefined) return true;
      let hasChanged = false;
      const entries = before.entries();
      const repeat = async () => {
        // One iterator for all: each takes the next call that nobody has taken.
        for (const [key, { call, reply }] of entries) {
          if (hasChanged) return;
          try {
            const again = await invoke({ ...call, identity, maxAgeMs });
            polled.set(key, again);
            if (!isSame(reply.message, again.message)) hasChanged = true;
          } catch {
            // Executing tells what is wrong.
            hasChanged = true;
          }
        }
      };
      await Promise.all(Array.from({ length: maxInFlight }, repeat));
      return hasChanged;
    },
    seen: () => (hasFailed ? undefined : seen),
  };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one === other || (one.byteLength === other.byteLength && Buffer.compare(one, other) === 0);
}
