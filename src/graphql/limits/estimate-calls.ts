import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';

import { collectFields, type Selecting } from './collect-fields.ts';
import type { FieldCost } from '../schema/field-facts.ts';
import type { FieldCosts } from './compile-field-costs.ts';
import { readListLength } from './read-list-length.ts';

/** How many calls an operation may cause, as far as that can be told before it runs. */
export interface CallEstimate {
  readonly calls: number;
  /** What each field contributes, by its path in the answer. */
  readonly fields: ReadonlyMap<string, number>;
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
  return { calls: [...found.values()].reduce((sum, calls) => sum + calls, 0), fields: found };
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
