import { type DocumentNode, getOperationAST, valueFromASTUntyped } from 'graphql';

import { badUserInput } from '../execution/bad-user-input.ts';
import { collectFields, selectingOf, type Variables } from '../limits/collect-fields.ts';

import { intervalArgument, type LiveIntervals } from './derive-subscriptions.ts';

/** A subscription, as it came. */
export interface SubscriptionRequest {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Variables | null | undefined;
}

/**
 * How often a subscription wants to be looked after, in milliseconds. It has one root field, as validation has made sure.
 *
 * @throws GraphQLError BAD_USER_INPUT for an interval out of bounds
 */
export function readInterval(request: SubscriptionRequest, { minMs, maxMs, defaultMs }: LiveIntervals): number {
  const operation = getOperationAST(request.document, request.operationName);
  if (!operation) return defaultMs;
  const selecting = selectingOf(request.document, operation, request.variableValues ?? {});
  const [root] = [...collectFields([operation.selectionSet], selecting).values()].flat();
  const given = root?.arguments?.find(({ name }) => name.value === intervalArgument);
  const everyMs = given === undefined ? null : valueFromASTUntyped(given.value, selecting.variables);
  // What is no number at all, execution complains about.
  if (typeof everyMs !== 'number') return defaultMs;
  if (everyMs >= minMs && everyMs <= maxMs) return everyMs;
  throw badUserInput(
    `Argument "${intervalArgument}" is ${everyMs}; subscriptions look every ${minMs} to ${maxMs} milliseconds.`,
    { argument: intervalArgument },
  );
}
