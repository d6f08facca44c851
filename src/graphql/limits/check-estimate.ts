import { type GraphQLError, type GraphQLSchema, getOperationAST, type OperationDefinitionNode } from 'graphql';

import { badUserInput } from '../execution/bad-user-input.ts';
import { type OperationRequest, selectingOf } from './collect-fields.ts';
import { compileFieldCosts } from './compile-field-costs.ts';
import { type CallEstimate, estimateCalls } from './estimate-calls.ts';

/** How much an operation may be expected to do; the reasons stand with the settings. */
export interface EstimateLimits {
  /** Calls upstream (GRAPHQL_MAX_ESTIMATE). */
  readonly maxEstimate: number;
  /** Elements of a list whose length no argument tells (GRAPHQL_ASSUMED_LIST_LENGTH). */
  readonly assumedListLength: number;
}

/** The error of an operation that is expected to make too many calls; undefined when it is not. */
export type CheckEstimate = (request: OperationRequest) => GraphQLError | undefined;

/** Compiles the check for one schema. */
export function compileCheckEstimate(
  schema: GraphQLSchema,
  { maxEstimate, assumedListLength }: EstimateLimits,
): CheckEstimate {
  const costs = compileFieldCosts(schema);
  // Documents are parsed once for each text; without variables, what they cost is always the same.
  const known = new WeakMap<OperationDefinitionNode, CallEstimate>();
  return ({ document, operationName, variableValues }) => {
    const operation = getOperationAST(document, operationName);
    const rootType = operation && schema.getRootType(operation.operation);
    // Execution says what is wrong.
    if (!operation || !rootType) return undefined;
    const estimate =
      known.get(operation) ??
      estimateCalls({
        rootType,
        selectionSet: operation.selectionSet,
        selecting: selectingOf(document, operation, variableValues ?? {}),
        costs,
        assumedListLength,
      });
    if (!operation.variableDefinitions?.length) known.set(operation, estimate);
    return estimate.calls > maxEstimate ? tooExpensive(estimate, maxEstimate) : undefined;
  };
}

/** Enough to see where the calls come from. */
const maxNamedFields = 5;

function tooExpensive({ calls, fields, bounds }: CallEstimate, limit: number): GraphQLError {
  const byCost = [...fields].toSorted(([, one], [, other]) => other - one).slice(0, maxNamedFields);
  const costs = byCost.map(([field, cost]) => ({ field, calls: cost }));
  const list = costs.map(({ field, calls: cost }) => `${field}: ${cost}`).join(', ');
  return badUserInput(
    `This operation is expected to make ${calls} calls upstream; ${limit} are allowed (GRAPHQL_MAX_ESTIMATE). ` +
      `The most expensive fields: ${list}. Leave such fields out${adviseOn(costs, bounds)}.`,
    { reason: 'ESTIMATE', estimate: calls, limit, costs },
  );
}

/** Which arguments of these fields, and of those that lead to them, would say how many objects are meant. */
function adviseOn(costs: readonly { readonly field: string }[], bounds: CallEstimate['bounds']): string {
  const advice = [...bounds]
    .filter(([path]) => costs.some(({ field }) => field === path || field.startsWith(`${path}.`)))
    .map(([path, names]) => `${names.map((name) => `"${name}"`).join(' or ')} of ${path}`);
  if (advice.length === 0) return '';
  return `, or say how many objects you want, by ${advice.slice(0, maxNamedFields).join(', ')}`;
}
