import type { Reply } from '../call/call.ts';
import { GatewayError } from '../call/gateway-error.ts';

/** What gateways remember together of calls with idempotency keys. */
export interface SharedAnswers {
  /**
   * Takes a key for a request, or says what became of it.
   * @param request the hash of the request
   * @param keptMs how long it is remembered, in milliseconds
   * Rejects with a GatewayError when nobody can tell.
   */
  readonly claim: (key: string, request: string, keptMs: number) => Promise<Claim>;
}

/** What is known of a key. */
export type Claim =
  | { readonly state: 'claimed'; readonly right: ClaimedKey }
  /** It was used for another request. */
  | { readonly state: 'reused' }
  | { readonly state: 'answered'; readonly answer: Reply | GatewayError }
  /** Another gateway has sent the call, or is about to. */
  | { readonly state: 'under-way' }
  /** The gateway that had the key is gone. */
  | { readonly state: 'unknown' };

/** The right to send the call of a key. */
export interface ClaimedKey {
  /** Remembers what came of it. */
  readonly keep: (answer: Reply | GatewayError) => void;
  /** The call was surely not carried out: whoever has the key may try again. */
  readonly release: () => void;
}

/** A call with a key. */
export interface KeyedCall {
  readonly key: string;
  readonly request: string;
  /** When it ends at the latest, in epoch milliseconds. */
  readonly endsAt: number;
  readonly keptMs: number;
  readonly send: () => Promise<Reply>;
}

/** How often to ask whether another gateway has the answer, in milliseconds. */
const askEveryMs = 100;

/** Sends a call if no gateway has sent it before; else gives the answer of the one that did, when it is there. */
export async function sendIfFirst(
  shared: SharedAnswers,
  { key, request, endsAt, keptMs, send }: KeyedCall,
  reusedKey: () => GatewayError,
): Promise<Reply> {
  for (;;) {
    const claim = await shared.claim(key, request, keptMs);
    if (claim.state === 'claimed') return sendClaimed(claim.right, send);
    if (claim.state === 'reused') throw reusedKey();
    if (claim.state === 'unknown') throw outcomeUnknown();
    if (claim.state === 'answered') {
      if (claim.answer instanceof GatewayError) throw claim.answer;
      return claim.answer;
    }
    if (Date.now() + askEveryMs >= endsAt) throw stillUnderWay();
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

async function sendClaimed(right: ClaimedKey, send: () => Promise<Reply>): Promise<Reply> {
  try {
    const reply = await send();
    right.keep(reply);
    return reply;
  } catch (cause) {
    const error = GatewayError.from(cause);
    if (error.mayHaveHappened) right.keep(error);
    else right.release();
    throw error;
  }
}

/** Whoever sent it can no longer say what came of it, and nobody may send it again. */
function outcomeUnknown(): GatewayError {
  return new GatewayError(
    'UNKNOWN',
    'the gateway that sent this call with this idempotency key is gone, and its outcome is unknown; look whether it was carried ' +
      'out, and take a new key to send it again',
    { reason: 'OUTCOME_UNKNOWN', mayHaveHappened: true },
  );
}

function stillUnderWay(): GatewayError {
  return new GatewayError(
    'UNAVAILABLE',
    'another gateway still waits for the answer to this call; send it again with the same idempotency key',
    { reason: 'ANSWER_UNDER_WAY', retryAfterSeconds: 1 },
  );
}
