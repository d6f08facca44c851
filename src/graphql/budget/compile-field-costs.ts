import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
} from 'graphql';

/** What the fields of a schema cost upstream. */
export interface FieldCosts {
  /** How many parents one call of the field serves; undefined: it makes no calls. */
  readonly parentsPerCall: (field: GraphQLField<unknown, unknown>) => number | undefined;
  /** Whether anything below objects of this type makes calls; if not, nobody needs to look. */
  readonly reachesCalls: (type: GraphQLObjectType) => boolean;
}

/** As many parents as one call of a batched link carries keys. */
const parentsPerBatch = 500;

/**
 * Reads from a schema which of its fields make calls: every root field one, a field with `@rpc` one for each parent, with its
 * argument `batch` one for many parents, with `pick` one for all.
 */
export function compileFieldCosts(schema: GraphQLSchema): FieldCosts {
  const costs = new Map<GraphQLField<unknown, unknown>, number>();
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      const link = field.astNode?.directives?.find(({ name }) => name.value === 'rpc');
      if (link !== undefined) costs.set(field, parentsServedBy(link));
      else if (roots.has(type)) costs.set(field, 1);
    }
  }
  const reaching = typesThatReach(types, costs);
  return { parentsPerCall: (field) => costs.get(field), reachesCalls: (type) => reaching.has(type) };
}

function parentsServedBy({ arguments: given = [] }: ConstDirectiveNode): number {
  const has = (wanted: string) => given.some(({ name, value }) => name.value === wanted && value.kind !== Kind.NULL);
  if (has('pick')) return Number.POSITIVE_INFINITY;
  return has('batch') ? parentsPerBatch : 1;
}

/** Grows the set until nothing is added: types refer to each other in circles. */
function typesThatReach(
  types: readonly GraphQLObjectType[],
  costs: ReadonlyMap<GraphQLField<unknown, unknown>, number>,
): ReadonlySet<unknown> {
  const reaching = new Set<unknown>();
  let sizeBefore = -1;
  while (reaching.size > sizeBefore) {
    sizeBefore = reaching.size;
    for (const type of types) {
      const fields = Object.values(type.getFields());
      if (fields.some((field) => costs.has(field) || reaching.has(getNamedType(field.type)))) reaching.add(type);
    }
  }
  return reaching;
}
