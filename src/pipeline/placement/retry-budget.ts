/** What one call that is sent again costs, in tenths: each call that is sent for the first time earns one. */
const price = 10;

/** What can be sent again before there was traffic, and at most after a quiet time, in tenths of calls. */
const beginWith = 10 * price;
const saveAtMost = 100 * price;

/**
 * Bounds what is sent a second time to a tenth of what was sent a first time, so that trouble upstream is not made worse by
 * those who try again.
 */
export class RetryBudget {
  #balance = beginWith;

  /** A call is sent for the first time. */
  earn(): void {
    this.#balance = Math.min(saveAtMost, this.#balance + 1);
  }

  /** Whether one more may be sent again; then it counts. */
  spend(): boolean {
    if (this.#balance < price) return false;
    this.#balance -= price;
    return true;
  }
}
