import type { JobRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference } from '../wire/rpc-handler.ts';

/** A request of JobInterface that carries a job; only its id counts. */
export interface OfJob {
  readonly job: EntityReference | null;
}

/** Looks up the request's job, lets the servant hold it, and works on what the servant then holds. */
export type WithJob = <Request extends OfJob>(
  work: (job: JobRow, request: Request) => Message | Promise<Message>,
) => (request: Request) => Promise<Message>;
