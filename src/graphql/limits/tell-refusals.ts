import type { GraphQLError } from 'graphql';

import type { Logger } from '../../telemetry/logger.ts';

import type { Identity } from '../../call/identity.ts';

import { isRefusalReason } from './refusal-reasons.ts';

/** Where it is told that something was refused. */
export interface RefusalListeners {
  readonly logger: Logger;
  /** Counts it, by its reason. */
  readonly onRefused: (reason: string) => void;
}

/** Whose operation it was; nobody's before they are known. */
export interface RefusedOperation {
  readonly requestId: string;
  readonly identity?: Identity;
}

/** The reason of an answer of Cuebot that is not what its proto says: no refusal, but told alike. */
export const REPLY_UNREADABLE = 'REPLY_UNREADABLE';

/**
 * Logs and counts what GraphQL itself refused in one result: each reason once, however many fields it struck. Calls that the
 * pipeline ended, and callers whom nobody knows, were told of there. Messages are not logged: they may quote the request.
 */
export function tellRefusals(
  errors: readonly GraphQLError[],
  isRequestError: boolean,
  { requestId, identity }: RefusedOperation,
  { logger, onRefused }: RefusalListeners,
): void {
  const told = new Set<string>();
  for (const error of errors) {
    const reason = reasonOf(error, isRequestError);
    if (reason === undefined || told.has(reason)) continue;
    told.add(reason);
    const fields = { reason, requestId, subject: identity?.subject, path: error.path?.join('.') };
    if (reason === REPLY_UNREADABLE) {
      const { message, originalError } = error;
      const cause = (originalError?.cause as Error | undefined)?.message;
      logger.warn({ event: 'REPLY_UNREADABLE', ...fields, detail: message, cause }, 'a reply could not be read');
    } else {
      logger.info({ event: 'GRAPHQL_REFUSED', ...fields }, 'a GraphQL operation was refused');
    }
    onRefused(reason);
  }
}

function reasonOf({ extensions }: GraphQLError, isRequestError: boolean): string | undefined {
  const { reason, grpc } = extensions;
  if (reason !== undefined) return isRefusalReason(reason) || reason === REPLY_UNREADABLE ? String(reason) : undefined;
  // Mistakes that graphql-js and yoga find have no word of their own; an error with a gRPC status is a call's, or of a log-in.
  return isRequestError && grpc === undefined ? 'REQUEST_INVALID' : undefined;
}
