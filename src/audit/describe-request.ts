import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import type { NamedTargets, ReadTargets } from './compile-targets.ts';

/** What a record says of a request: never more than this. */
export interface RequestDescription extends NamedTargets {
  /** The SHA-256 of the request message, 64 hex digits. */
  readonly sha256: string;
}

/** Below this a request is described at once: that takes less than a millisecond. */
const maxAtOnceBytes = 256 * 1024;

/** How long others wait for their turn, in milliseconds, while a large request is described. */
const turnMs = 5;

/** How much is hashed in one go: about a millisecond's worth. */
const hashedAtOnceBytes = 1024 * 1024;

/**
 * Describes a request: at once when it is small, else in turns of some milliseconds between which everybody else is served.
 * Never throws or rejects.
 */
export function describeRequest(
  request: Uint8Array,
  read: ReadTargets,
): RequestDescription | Promise<RequestDescription> {
  if (request.length > maxAtOnceBytes) return describeInTurns(request, read);
  const steps = read(request);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return { ...step.value, sha256: createHash('sha256').update(request).digest('hex') };
}

async function describeInTurns(request: Uint8Array, read: ReadTargets): Promise<RequestDescription> {
  const steps = read(request);
  const hash = createHash('sha256');
  let startedAt = performance.now();
  const giveWay = async () => {
    if (performance.now() - startedAt < turnMs) return;
    await setImmediate();
    startedAt = performance.now();
  };
  let step = steps.next();
  while (step.done !== true) {
    await giveWay();
    step = steps.next();
  }
  for (let start = 0; start < request.length; start += hashedAtOnceBytes) {
    await giveWay();
    hash.update(request.subarray(start, start + hashedAtOnceBytes));
  }
  return { ...step.value, sha256: hash.digest('hex') };
}
