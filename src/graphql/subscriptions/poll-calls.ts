import type { Call, Invoke, Reply } from '../../call/call.ts';
import { GatewayError } from '../../call/gateway-error.ts';
import type { Identity } from '../../call/identity.ts';
import { readKeyOf } from '../../call/call.ts';
import type { Span } from '../../telemetry/span.ts';

/** The calls that one execution made and what they were answered: if all answers are the same, so is its result. */
export interface PolledCalls {
  /** To execute with: remembers what passes, and calls nothing that `haveChanged` has just called. */
  readonly invoke: Invoke;
  /**
   * Makes the calls of an earlier execution once more, and tells whether any is answered otherwise. Stops at the first that is.
   */
  readonly haveChanged: (earlier: PolledCalls, identity: Identity) => Promise<boolean>;
  /** What passed, and what was refused. */
  readonly seen: ReadonlyMap<string, SeenCall>;
  /** Whether a call failed, so that the next execution may have more luck. */
  readonly hasFailed: () => boolean;
}

/** A call, and how it was answered; a refusal is an answer, too. */
interface SeenCall {
  readonly call: Call;
  readonly answer: Reply | Refusal;
}

/** The policy does not allow a call to its caller. */
interface Refusal {
  readonly error: GatewayError;
  askedAtMs: number;
}

/** How many calls are repeated at a time. Lanes let one through at a time anyway; others bear some, but not hundreds. */
const maxInFlight = 8;

/** What was refused is refused again by the same policy to the same token, and each time somebody has to write that down. */
const refusalMs = 60_000;

/**
 * Begins one look at the upstream; every reply may be as old as `maxAgeMs`, so that those who look together share.
 *
 * @param span what calls that are made once more are traced under
 */
export function createPolledCalls(invoke: Invoke, maxAgeMs: number, span?: Span): PolledCalls {
  const seen = new Map<string, SeenCall>();
  const polled = new Map<string, Reply | Refusal>();
  let hasFailed = false;

  const answer = async (key: string, call: Call): Promise<Reply | Refusal> => {
    const known = polled.get(key);
    // Who asks a second time did not believe the first answer, so none that is lying about will do.
    const isDoubted = seen.has(key);
    if (known !== undefined && !isDoubted) return known;
    return askFor(invoke, isDoubted ? call : { ...call, maxAgeMs });
  };

  /** Whether a call of an earlier look is answered otherwise now. */
  const hasChanged = async (key: string, { call, answer }: SeenCall, identity: Identity): Promise<boolean> => {
    if (isFreshRefusal(answer)) return false;
    const again = await askFor(invoke, { ...call, identity, maxAgeMs, span });
    polled.set(key, again);
    if (!isRefusal(answer) || !isRefusal(again)) return !isSame(answer, again);
    answer.askedAtMs = again.askedAtMs;
    return answer.error.message !== again.error.message;
  };

  return {
    invoke: async (call) => {
      const key = readKeyOf(call);
      try {
        const found = await answer(key, call);
        seen.set(key, { call, answer: found });
        if (isRefusal(found)) throw found.error;
        return found;
      } catch (error) {
        hasFailed ||= !isRefused(error);
        throw error;
      }
    },
    haveChanged: async (earlier, identity) => {
      for (const [key, { answer }] of earlier.seen) if (isFreshRefusal(answer)) polled.set(key, answer);
      if (earlier.hasFailed()) return true;
      let isOther = false;
      const entries = earlier.seen.entries();
      const repeat = async () => {
        // One iterator for all: each takes the next call that nobody has taken.
        for (const [key, call] of entries) {
          if (isOther) return;
          // What fails is told by executing.
          if (await hasChanged(key, call, identity).catch(() => true)) isOther = true;
        }
      };
      await Promise.all(Array.from({ length: maxInFlight }, repeat));
      return isOther;
    },
    seen,
    hasFailed: () => hasFailed,
  };
}

/** Rejects with what is neither an answer nor a refusal. */
async function askFor(invoke: Invoke, call: Call): Promise<Reply | Refusal> {
  try {
    return await invoke(call);
  } catch (error) {
    if (isRefused(error)) return { error, askedAtMs: Date.now() };
    throw error;
  }
}

/** What Cuebot refuses by itself may be another matter the next time. */
function isRefused(error: unknown): error is GatewayError {
  return error instanceof GatewayError && error.origin === 'gateway' && error.status.name === 'PERMISSION_DENIED';
}

function isRefusal(answer: Reply | Refusal): answer is Refusal {
  return 'error' in answer;
}

function isFreshRefusal(answer: Reply | Refusal): boolean {
  return isRefusal(answer) && Date.now() < answer.askedAtMs + refusalMs;
}

function isSame(one: Reply | Refusal, other: Reply | Refusal): boolean {
  if (isRefusal(one) || isRefusal(other)) return false;
  const [before, now] = [one.message, other.message];
  return before === now || (before.byteLength === now.byteLength && Buffer.compare(before, now) === 0);
}
