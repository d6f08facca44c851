import { type FieldNode, type GraphQLField, valueFromASTUntyped } from 'graphql';

import type { Variables } from './collect-fields.ts';

/** Messages in arguments are seldom nested deeper, e.g. `req.states.frameStates`. */
const deepestArgument = 3;

/**
 * How long a field's arguments allow the first list of its answer to be: `limit` and `first` say it, wherever they stand in
 * the arguments, and so does the number of `ids`. Undefined when they say nothing.
 */
export function readListLength(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
): number | undefined {
  if (field.args.length === 0) return undefined;
  const given = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
  const values = field.args.map(({ name, defaultValue }) => {
    const value = given.get(name);
    return [name, value === undefined ? defaultValue : valueFromASTUntyped(value, variables)];
  });
  return smallest(Object.fromEntries(values), 0);
}

function smallest(value: object, level: number): number | undefined {
  const lengths = Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if ((name === 'limit' || name === 'first') && typeof inner === 'number' && inner > 0) return [inner];
    // An empty list stands for "no restriction".
    if (name === 'ids' && Array.isArray(inner)) return inner.length > 0 ? [inner.length] : [];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner) || level === deepestArgument) return [];
    return smallest(inner, level + 1) ?? [];
  });
  return lengths.length === 0 ? undefined : Math.min(...lengths);
}
