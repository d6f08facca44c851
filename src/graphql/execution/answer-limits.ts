import { GraphQLError } from 'graphql';

/** What one answer may come to. */
export interface AnswerLimits {
  /** Bytes of an answer's data (GRAPHQL_MAX_RESPONSE_MB). */
  readonly maxResponseBytes: number;
  /** Errors that an answer tells; the others are counted in `extensions.omittedErrors`. */
  readonly maxErrors: number;
}

/** What the settings say when nobody changes them. */
export const standardAnswerLimits: AnswerLimits = Object.freeze({ maxResponseBytes: 64 * 1024 * 1024, maxErrors: 100 });

/** The one error of an operation whose answer would be too long; `field` is the root field at which it grew beyond. */
export function tooLong(maxBytes: number, field?: string | undefined): GraphQLError {
  const where = field === undefined ? '' : `, and "${field}" is where it grew beyond that`;
  return new GraphQLError(
    `The answer is longer than ${maxBytes} bytes (GRAPHQL_MAX_RESPONSE_MB)${where}. Ask for fewer objects at once, or for ` +
      'less about each.',
    {
      extensions: {
        code: 'RESPONSE_TOO_LARGE',
        reason: 'RESPONSE_TOO_LARGE',
        limit: maxBytes,
        ...(field !== undefined && { field }),
      },
    },
  );
}
