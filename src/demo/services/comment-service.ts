import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { pickRow } from '../farm/find-rows.ts';
import type { CommentRow, HostRow, JobRow } from '../farm/rows.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { doNothing, DONE } from './cuebot.ts';

interface OfComment {
  readonly comment: Pick<CommentRow, 'id' | 'subject' | 'message'> | null;
}

/** comment.CommentInterface. */
export function createCommentService({ farm }: Cuebot): ServiceHandlers {
  return {
    Delete({ comment }: OfComment) {
      const row = pickRow(farm.comments, comment?.id ?? '');
      farm.comments.delete(row.id);
      row.parent.comments.splice(row.parent.comments.indexOf(row), 1);
      farm.touch();
      return DONE;
    },
    // An update of no row is no error to the database, so an unknown id answers OK.
    Save({ comment }: OfComment) {
      const row = farm.comments.get(comment?.id ?? '');
      if (!row || !comment) return doNothing(farm);
      row.subject = comment.subject;
      row.message = comment.message;
      farm.touch();
      return DONE;
    },
  };
}

/** A new comment as requests carry it; id and time stamp are the server's. */
export interface NewComment {
  readonly user: string;
  readonly subject: string;
  readonly message: string;
}

/** Stores a comment of now. An absent comment is an empty one. */
export function addComment(farm: Farm, parent: JobRow | HostRow, comment: NewComment | null): void {
  const { user = '', subject = '', message = '' } = comment ?? {};
  const row = { id: farm.random.uuid(), parent, timestamp: farm.now(), user, subject, message };
  parent.comments.push(insert(farm.comments, row));
  farm.touch();
}
