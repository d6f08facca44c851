import type { Farm } from '../farm/farm.ts';
import type { ManageQueue } from '../farm/manage-queue.ts';
import { missingRow } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';

/** What the services of one Cuebot share. */
export interface Cuebot {
  readonly farm: Farm;
  /** Work that is answered with OK before it is done. */
  readonly queue: ManageQueue;
  /** Specs that are launched one after the other; GetSystemStats does not count them. */
  readonly launches: ManageQueue;
}

/** A reply without fields. */
export const DONE: Message = {};

/** What an update of no row answers: OK, as the database does, or without that defect that there is none. */
export function doNothing(farm: Farm): Message {
  if (farm.defects.has('silent-writes')) return DONE;
  throw missingRow();
}
