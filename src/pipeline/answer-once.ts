import type { Call, Invoke, Reply } from '../call/call.ts';
import { neverAborted } from '../call/call-signal.ts';
import { GatewayError } from '../call/gateway-error.ts';

import { hashBytes } from './hash-bytes.ts';
import { type Interceptor, passOn } from './interceptor.ts';
import { type SharedAnswers, sendIfFirst } from './shared-answers.ts';
import { refusal } from './validation/refusal.ts';
import { waitFor } from './wait-for.ts';
import { workInTurns } from './work-in-turns.ts';

/** What answering once needs. */
export interface AnswerOnceOptions {
  /** How long a call may take at least, in milliseconds: it goes on when its first caller has gone. */
  readonly timeoutMs: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
  /** What several gateways remember together; undefined: this one is alone. */
  readonly shared?: SharedAnswers | undefined;
}

/** How long an answer is remembered, in milliseconds: longer than clients retry. */
const rememberedMs = 10 * 60_000;

/** How many answers are remembered, and how many bytes of them; the oldest ones go first. */
const maxAnswers = 1_000;
const maxAnswerBytes = 32 * 1024 * 1024;

/** What a key may be: 1 to 255 printable characters of ASCII. */
const validKey = /^[ -~]{1,255}$/;

/**
 * Sends a call with an idempotency key once: the same caller's same call with the same key gets the first one's answer, for
 * ten minutes, whether it comes later or while the first one is still under way. After
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/. Only for RPCs that the table names; others
 * do not look at keys. Answers are kept in memory; other gateways know them where there is a store.
 *
 * What surely was not done may be tried again; what may have been done all the same (a deadline that passed, a connection
 * that broke) is not.
 */
export function answerOnce({ timeoutMs, now, shared }: AnswerOnceOptions): Interceptor {
  const answers = new Answers(now);
  return ({ takesIdempotencyKey }) => {
    if (!takesIdempotencyKey) return passOn;
    return (next) => async (call) => {
      const { idempotencyKey } = call;
      if (idempotencyKey === undefined) return next(call);
      if (!validKey.test(idempotencyKey)) throw invalidKey();
      const key = keyOf(call, idempotencyKey);
      const request = await workInTurns(hashBytes(call.request), call.request.byteLength);
      const known = answers.find(key);
      if (known !== undefined && known.request !== request) throw reusedKey(idempotencyKey);
      if (known !== undefined) {
        call.span?.link(known.span);
        call.span?.set({ 'cuegate.shared': 'idempotency_key' });
        return waitFor(known.reply, call, known);
      }
      const endsAt = Math.max(now() + timeoutMs, call.deadlineAt ?? 0);
      const sendFirst = () => send(call, next, endsAt);
      const reply =
        shared === undefined
          ? sendFirst()
          : sendIfFirst(shared, { key, request, endsAt, keptMs: endsAt - now() + rememberedMs, send: sendFirst }, () =>
              reusedKey(idempotencyKey),
            );
      answers.keep(key, { request, reply, endsAt, span: call.span });
      return waitFor(reply, call, { endsAt });
    };
  };
}

/** Whoever has lost the connection asks again, and wants the answer of this call. */
function send(call: Call, next: Invoke, deadlineAt: number): Promise<Reply> {
  return next({ ...call, signal: neverAborted, deadlineAt });
}

/** Two callers never share a key. */
function keyOf({ identity, method }: Call, idempotencyKey: string): string {
  return JSON.stringify([identity.method, identity.issuer, identity.subject, method.fullName, idempotencyKey]);
}

interface Answer {
  /** The hash of the request that it belongs to. */
  readonly request: string;
  readonly reply: Promise<Reply>;
  /** When the call ends at the latest. */
  readonly endsAt: number;
  /** Of the call that was sent. */
  readonly span: Call['span'];
  /** How long the answer is remembered. */
  readonly until: number;
  bytes: number;
}

class Answers {
  /** In the order in which they came. */
  readonly #answers = new Map<string, Answer>();
  readonly #now: () => number;
  #bytes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  find(key: string): Answer | undefined {
    const answer = this.#answers.get(key);
    return answer !== undefined && this.#now() < answer.until ? answer : undefined;
  }

  keep(key: string, sent: Pick<Answer, 'request' | 'reply' | 'endsAt' | 'span'>): void {
    this.#forget(key);
    const answer: Answer = { ...sent, until: this.#now() + rememberedMs, bytes: 0 };
    this.#answers.set(key, answer);
    const isKept = () => this.#answers.get(key) === answer;
    sent.reply.then(
      ({ message }) => {
        if (!isKept()) return;
        answer.bytes = message.byteLength;
        this.#bytes += answer.bytes;
        this.#makeRoom();
      },
      (error: unknown) => {
        if (isKept() && !GatewayError.from(error).mayHaveHappened) this.#forget(key);
      },
    );
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const [key, { until }] of this.#answers) {
      const isFull = this.#answers.size > maxAnswers || this.#bytes > maxAnswerBytes;
      if (!isFull && this.#now() < until) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#answers.get(key)?.bytes ?? 0;
    this.#answers.delete(key);
  }
}

function invalidKey(): GatewayError {
  return refusal(
    'INVALID_ARGUMENT',
    'IDEMPOTENCY_KEY',
    'the idempotency key must have 1 to 255 characters of printable ASCII; a UUID is a good one',
  );
}

function reusedKey(key: string): GatewayError {
  const message = `the idempotency key "${key}" was used for another request; take a new one for each new request`;
  return refusal('INVALID_ARGUMENT', 'IDEMPOTENCY_KEY_REUSED', message);
}
