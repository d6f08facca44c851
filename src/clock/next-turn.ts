/** Whose turn is still to come. */
const waiting: (() => void)[] = [];

/**
 * Resolves when the event loop has served everybody else once. Of all who wait in this process, one goes on in each turn of the
 * loop: were all resumed by immediates of their own, the loop would run them one after the other before it looks at sockets,
 * and ten long answers would keep everybody waiting ten times as long as one.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(giveTurn);
  });
}

function giveTurn(): void {
  waiting.shift()!();
  if (waiting.length > 0) setImmediate(giveTurn);
}
