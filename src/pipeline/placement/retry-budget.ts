/** How much of the traffic may be sent again. */
const share = 0.1;

/** What can be sent again before there was traffic, and at most after a quiet time. */
const beginWith = 10;
const saveAtMost = 100;

/**
 * Bounds what is sent a second time to a tenth of what was sent a first time, so that trouble upstream is not made worse by
 * those who try again.
 */
export class RetryBudget {
  #balance = beginWith;

  /** A call is sent for the first time. */
  earn(): void {
    this.#balance = Math.min(saveAtMost, this.#balance + share);
  }

  /** Whether one more may be sent again; then it counts. */
  spend(): boolean {
    if (this.#balance < 1) return false;
    this.#balance -= 1;
    return true;
  }
}
