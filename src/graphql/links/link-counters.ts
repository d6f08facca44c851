/** What has happened to links since the gateway started; for metrics. */
export interface LinkCounters {
  /** Calls that answered several parents at once. */
  batches: number;
  /** Parents that such calls answered. */
  batchedParents: number;
  /** Batches that failed, or proved nothing, so that every parent asked by itself. */
  fallbacks: number;
  /** Answers about something other than what was asked for, which were asked for again. */
  mismatches: number;
}

/** Counters at zero. */
export function createLinkCounters(): LinkCounters {
  return { batches: 0, batchedParents: 0, fallbacks: 0, mismatches: 0 };
}
