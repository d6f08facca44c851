import { GraphQLError } from 'graphql';

/** A request that is no GraphQL request, or not one for here: the HTTP status holds whatever the client accepts. */
export function httpError(status: number, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } });
}
