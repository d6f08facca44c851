import { getOperationAST, valueFromASTUntyped } from 'graphql';

import { badUserInput } from '../execution/bad-user-input.ts';
import { type OperationRequest, collectFields, selectingOf } from '../limits/collect-fields.ts';

/** How often a subscription may ask, in milliseconds; the reasons stand with the settings. */
export interface LiveIntervals {
  readonly minMs: number;
  readonly maxMs: number;
  /** When the subscription does not say. */
  readonly defaultMs: number;
}

/** The argument of a subscription's field that says how often to look. */
export const intervalArgument = 'everyMs';

/**
 * How often a subscription wants to be looked after, in milliseconds. It has one root field, as validation has made sure.
 *
 * @throws GraphQLError BAD_USER_INPUT for an interval out of bounds
 */
export function readInterval(request: OperationRequest, { minMs, maxMs, defaultMs }: LiveIntervals): number {
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
    { reason: 'INTERVAL', argument: intervalArgument },
  );
}

/**
 * Waits for the next moment that is a multiple of the interval, on the clock on the wall: all who look equally often look at
 * the same moments, and so share what they ask. Resolves early when the signal fires.
 */
export function waitForTick(intervalMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      ended.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, intervalMs - (Date.now() % intervalMs));
    ended.addEventListener('abort', finish);
  });
}
