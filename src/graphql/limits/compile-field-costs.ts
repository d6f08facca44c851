import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';

import { type FieldCost, factsOf } from '../schema/field-facts.ts';

/** What the fields of a schema cost upstream. */
export interface FieldCosts {
  /** Undefined: the field makes no calls. */
  readonly costOf: (field: GraphQLField<unknown, unknown>) => FieldCost | undefined;
  /** Whether anything below objects of this type makes calls; if not, nobody needs to look. */
  readonly reachesCalls: (type: GraphQLObjectType) => boolean;
}

/** Finds the types below which fields make calls. What a field costs is written beside its resolver. */
export function compileFieldCosts(schema: GraphQLSchema): FieldCosts {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const reaching = typesThatReach(types);
  return { costOf: (field) => factsOf(field).cost, reachesCalls: (type) => reaching.has(type) };
}

/** Grows the set until nothing is added: types refer to each other in circles. */
function typesThatReach(types: readonly GraphQLObjectType[]): ReadonlySet<unknown> {
  const reaching = new Set<unknown>();
  let sizeBefore = -1;
  while (reaching.size > sizeBefore) {
    sizeBefore = reaching.size;
    for (const type of types) {
      const fields = Object.values(type.getFields());
      if (fields.some((field) => factsOf(field).cost !== undefined || reaching.has(getNamedType(field.type)))) {
        reaching.add(type);
      }
    }
  }
  return reaching;
}
