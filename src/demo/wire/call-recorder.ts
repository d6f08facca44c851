import type { Metadata } from '@grpc/grpc-js';

import type { ProtocolMethod } from './load-protocol.ts';
import type { Message } from './message-codec.ts';
import { decodeMessage } from './message-codec.ts';

const LOG_ENTRIES = 1_000;

/** One call as the server received it. */
export interface RecordedCall {
  /** `pkg.Service/Method`. */
  readonly method: string;
  /** The decoded request, decoded when read; null when it does not decode. */
  readonly request: Message | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Remembers what came in, so that tests can see what upstream saw. */
export interface CallRecorder {
  /** Number of calls by `pkg.Service/Method`. */
  readonly counts: ReadonlyMap<string, number>;
  /** The most recent calls, oldest first. */
  readonly log: readonly RecordedCall[];
  record(method: ProtocolMethod, request: Buffer, metadata: Metadata): void;
  reset(): void;
}

/** A recorder that keeps all counts and the last thousand calls. */
export function createCallRecorder(now: () => number): CallRecorder {
  const counts = new Map<string, number>();
  const log: RecordedCall[] = [];
  return {
    counts,
    log,
    record(method, bytes, metadata) {
      counts.set(method.name, (counts.get(method.name) ?? 0) + 1);
      // Trimming half at a time keeps the cost of a call constant.
      if (log.length >= 2 * LOG_ENTRIES) log.splice(0, LOG_ENTRIES);
      log.push(createRecordedCall(method, bytes, metadata, now()));
    },
    reset() {
      counts.clear();
      log.length = 0;
    },
  };
}

function createRecordedCall(
  method: ProtocolMethod,
  bytes: Buffer,
  metadata: Metadata,
  receivedAt: number,
): RecordedCall {
  return {
    method: method.name,
    metadata: metadata.getMap(),
    receivedAt,
    get request() {
      try {
        return decodeMessage(method.requestType, bytes);
      } catch {
        return null;
      }
    },
  };
}
