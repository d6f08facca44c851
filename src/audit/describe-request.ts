import { hashBytes } from '../pipeline/hash-bytes.ts';
import { type Steps, workInTurns } from '../pipeline/work-in-turns.ts';

import type { NamedTargets, ReadTargets } from './compile-targets.ts';

/** What a record says of a request: never more than this. */
export interface RequestDescription extends NamedTargets {
  /** The SHA-256 of the request message, 64 hex digits. */
  readonly sha256: string;
}

/** Describes a request: at once when it is small, else in turns. Never throws or rejects. */
export function describeRequest(
  request: Uint8Array,
  read: ReadTargets,
): RequestDescription | Promise<RequestDescription> {
  return workInTurns(describe(request, read), request.length);
}

function* describe(request: Uint8Array, read: ReadTargets): Generator<void, RequestDescription, void> {
  const steps: Steps<NamedTargets> = read(request);
  let step = steps.next();
  while (step.done !== true) {
    yield;
    step = steps.next();
  }
  yield;
  return { ...step.value, sha256: yield* hashBytes(request) };
}
