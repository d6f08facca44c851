import { createHash } from 'node:crypto';

/** The names of what the store holds. */
export interface Keys {
  /** Which server may grant anything: `open RUN_ID`, or `new RUN_ID WORD` while it may not yet. */
  readonly epoch: string;
  /** The count of each session, which grows while its gateway lives. */
  readonly sessions: string;
  /** What the gateway of each session says of itself. */
  readonly gateways: string;
  /** When the store saw each session last, by its own clock: good for guesses, and for no right. */
  readonly seen: string;
  /** How many writes have ended. */
  readonly writes: string;
  /** Where failed log-ins are told. */
  readonly failures: string;
  /** What the counts of callers' requests begin with. */
  readonly requests: string;
  /** What the channels of gateways begin with; a session follows. */
  readonly channel: string;
  /** A lane's turn, its queue, and which of those in the queue have writes. */
  readonly lane: (lane: string) => Readonly<Record<'turn' | 'queue' | 'writers', string>>;
  /** What became of an idempotency key; also the channel where that is told. Who made the call is not to be read in it. */
  readonly answer: (key: string) => string;
}

/** @param prefix what they all begin with */
export function createKeys(prefix: string): Keys {
  return {
    epoch: `${prefix}:epoch`,
    sessions: `${prefix}:sessions`,
    gateways: `${prefix}:gateways`,
    seen: `${prefix}:seen`,
    writes: `${prefix}:writes`,
    failures: `${prefix}:failures`,
    requests: `${prefix}:requests`,
    channel: `${prefix}:gateway:`,
    lane: (lane) => ({
      turn: `${prefix}:turn:${lane}`,
      queue: `${prefix}:queue:${lane}`,
      writers: `${prefix}:writers:${lane}`,
    }),
    answer: (key) => `${prefix}:answer:${createHash('sha256').update(key).digest('base64url')}`,
  };
}
