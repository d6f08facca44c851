import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import type { HostRow, JobRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/** A new comment as requests carry it; id and time stamp are the server's. */
export interface NewComment {
  readonly user: string;
  readonly subject: string;
  readonly message: string;
}

/** Stores a comment of now. An absent comment is an empty one. */
export function addComment(farm: Farm, parent: JobRow | HostRow, comment: NewComment | null): Message {
  const { user = '', subject = '', message = '' } = comment ?? {};
  insert(farm.comments, { id: farm.random.uuid(), parent, timestamp: farm.now(), user, subject, message });
  farm.touch();
  return {};
}
