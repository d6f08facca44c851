import type { Farm } from '../farm/farm.ts';
import { pickRow } from '../farm/pick-row.ts';
import type { CommentRow } from '../farm/rows.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';

interface OfComment {
  readonly comment: Pick<CommentRow, 'id' | 'subject' | 'message'> | null;
}

/** comment.CommentInterface. */
export function createCommentService(farm: Farm): ServiceHandlers {
  return {
    Delete({ comment }: OfComment) {
      farm.comments.delete(pickRow(farm.comments, comment?.id ?? '').id);
      farm.touch();
      return {};
    },
    // An update of no row is no error to the database, so an unknown id answers OK.
    Save({ comment }: OfComment) {
      const row = farm.comments.get(comment?.id ?? '');
      if (!row || !comment) return {};
      row.subject = comment.subject;
      row.message = comment.message;
      farm.touch();
      return {};
    },
  };
}
