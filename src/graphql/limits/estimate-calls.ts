import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';

import type { FieldCost } from '../schema/field-facts.ts';

import { type Selecting, type Variables, collectFields } from './collect-fields.ts';
import type { FieldCosts } from './compile-field-costs.ts';

/** How many calls an operation may cause, as far as that can be told before it runs. */
export interface CallEstimate {
  readonly calls: number;
  /** What each field contributes, by its path in the answer. */
  readonly fields: ReadonlyMap<string, number>;
  /** By the path of a field: its arguments that say how long a list is, e.g. `where.ids`. */
  readonly bounds: ReadonlyMap<string, readonly string[]>;
}

/** What is estimated. */
export interface EstimateOptions {
  readonly rootType: GraphQLObjectType;
  readonly selectionSet: SelectionSetNode;
  readonly selecting: Selecting;
  readonly costs: FieldCosts;
  /** How many elements a list has whose length no argument tells. */
  readonly assumedListLength: number;
}

/**
 * Follows an operation as execution would, with lists of assumed lengths. Made for documents that were validated, and whose
 * size was checked: it writes fragments out.
 */
export function estimateCalls({
  rootType,
  selectionSet,
  selecting,
  costs,
  assumedListLength,
}: EstimateOptions): CallEstimate {
  const found = new Map<string, number>();
  const bounds = new Map<string, readonly string[]>();
  const visit = (type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[], place: Place): void => {
    const fields = type.getFields();
    for (const [key, nodes] of collectFields(selectionSets, selecting)) {
      const field = fields[nodes[0]!.name.value];
      // Introspection, which makes no calls.
      if (field === undefined) continue;
      const path = place.path === '' ? key : `${place.path}.${key}`;
      const cost = costs.costOf(field);
      if (cost !== undefined) found.set(path, countCalls(cost, type, place));
      const inner = getNamedType(field.type);
      if (!isObjectType(inner) || !costs.reachesCalls(inner)) continue;
      // A limit holds for the first list that comes: `frames(s: { limit: 5 }) { frames { frames { … } } }`.
      const listLength = readListLength(field, nodes[0]!, selecting.variables) ?? place.listLength;
      const names = lengthArguments(field.args, 0);
      if (names.length > 0) bounds.set(path, names);
      visit(
        inner,
        nodes.flatMap((node) => node.selectionSet ?? []),
        {
          path,
          above: { typeName: type.name, place },
          ...(isList(field.type)
            ? { objects: place.objects * (listLength ?? assumedListLength), listLength: undefined }
            : { objects: place.objects, listLength }),
        },
      );
    }
  };
  visit(rootType, [selectionSet], { path: '', above: undefined, objects: 1, listLength: undefined });
  return { calls: [...found.values()].reduce((sum, calls) => sum + calls, 0), fields: found, bounds };
}

interface Place {
  readonly path: string;
  /** Where its objects were reached from, and what they are. */
  readonly above: { readonly typeName: string; readonly place: Place } | undefined;
  /** How many objects there are at this place. */
  readonly objects: number;
  /** How long the next list is; undefined: nobody knows. */
  readonly listLength: number | undefined;
}

function countCalls({ parentsPerCall, owners }: FieldCost, { name }: GraphQLObjectType, place: Place): number {
  let asking: { readonly typeName: string; readonly place: Place } | undefined = { typeName: name, place };
  if (owners.length > 0) while (asking !== undefined && !owners.includes(asking.typeName)) asking = asking.place.above;
  // Without an owner there is nothing to ask with.
  return asking === undefined ? 0 : Math.max(1, Math.ceil(asking.place.objects / parentsPerCall));
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

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

/** The arguments that `readListLength` understands, by their paths. */
function lengthArguments(args: readonly Pick<GraphQLArgument, 'name' | 'type'>[], level: number): readonly string[] {
  return args.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    if (name === 'limit' || name === 'first' || name === 'ids') return [name];
    if (!isInputObjectType(named) || level === deepestArgument) return [];
    return lengthArguments(Object.values(named.getFields()), level + 1).map((inner) => `${name}.${inner}`);
  });
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
