import { GraphQLError, Kind, print, type ValueNode } from 'graphql';

import type { RefusalReason } from '../limits/refusal-reasons.ts';

/** The code of every error that a different argument would have avoided. */
export const BAD_USER_INPUT = 'BAD_USER_INPUT';

/**
 * An argument that cannot be used. graphql-js keeps the extensions of a GraphQLError that a scalar throws, and adds where
 * the value stands; any other error it would report without a code.
 */
export function badUserInput(
  message: string,
  extensions: Readonly<Record<string, unknown>> & { readonly reason?: RefusalReason } = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code: BAD_USER_INPUT, ...extensions } });
}

const longestShown = 40;

/** A value as an error message shows it: as it was written, and not all of a long one. */
export function showValue(value: unknown): string {
  return shorten(typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? typeof value));
}

/** The same for a value that stands in the query text. */
export function showLiteral(node: ValueNode): string {
  return shorten(node.kind === Kind.STRING ? JSON.stringify(node.value) : print(node));
}

function shorten(text: string): string {
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}
