/** What was said, and until when it holds, in milliseconds since 1970. */
interface Answer<Value> {
  readonly value: Value;
  readonly untilMs: number;
}

/** Remembers answers for a while, and not more of them than its capacity: the oldest go first. */
export class RecentAnswers<Value> {
  readonly #capacity: number;
  /** In the order in which they came. */
  readonly #answers = new Map<string, Answer<Value>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The answer to a question, unless its time is over. */
  find(question: string, nowMs: number): Value | undefined {
    const answer = this.#answers.get(question);
    return answer !== undefined && nowMs < answer.untilMs ? answer.value : undefined;
  }

  keep(question: string, value: Value, untilMs: number): void {
    // Anew, so that it counts as young.
    this.#answers.delete(question);
    this.#answers.set(question, { value, untilMs });
    if (this.#answers.size <= this.#capacity) return;
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest);
      return;
    }
  }
}
