/**
 * Where the time of one call went, in milliseconds. Its maker passes an empty one along, and the pipeline fills it in; it stays
 * empty when the call was answered by another one's reply.
 */
export interface CallTimings {
  /** Spent waiting for its turn in a lane. */
  queuedMs?: number;
  /** From sending to the last byte of the reply, or to the failure. */
  upstreamMs?: number;
}
