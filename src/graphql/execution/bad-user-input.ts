import { GraphQLError } from 'graphql';

/** The code of every error that a different argument would have avoided. */
export const BAD_USER_INPUT = 'BAD_USER_INPUT';

/**
 * An argument that cannot be used. graphql-js keeps the extensions of a GraphQLError that a scalar throws, and adds where
 * the value stands; any other error it would report without a code.
 */
export function badUserInput(message: string, extensions: Readonly<Record<string, unknown>> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: BAD_USER_INPUT, ...extensions } });
}
