import type { Farm } from '../farm/farm.ts';
import type { ManageQueue } from '../farm/manage-queue.ts';
import type { Message } from '../wire/message-codec.ts';

/** What the services of one Cuebot share. */
export interface Cuebot {
  readonly farm: Farm;
  /** Work that is answered with OK before it is done. */
  readonly queue: ManageQueue;
}

/** A reply without fields. */
export const DONE: Message = {};
