import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';

/** What one field costs upstream. */
export interface FieldCost {
  /** How many parents one call serves. */
  readonly parentsPerCall: number;
  /** Types of which the nearest object above decides the request, so that it is asked once for each; empty: the parent. */
  readonly owners: readonly string[];
}

/** What the fields of a schema cost upstream. */
export interface FieldCosts {
  /** Undefined: the field makes no calls. */
  readonly costOf: (field: GraphQLField<unknown, unknown>) => FieldCost | undefined;
  /** Whether anything below objects of this type makes calls; if not, nobody needs to look. */
  readonly reachesCalls: (type: GraphQLObjectType) => boolean;
}

/** As many parents as one call of a batched link carries keys. */
const parentsPerBatch = 500;

/**
 * Reads from a schema which of its fields make calls: every root field one, a field with `@rpc` one for each parent, with its
 * argument `batch` one for many parents, with `pick` one for all, with `per` one for each owner of one of these types.
 */
export function compileFieldCosts(schema: GraphQLSchema): FieldCosts {
  const costs = new Map<GraphQLField<unknown, unknown>, FieldCost>();
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      const link = field.astNode?.directives?.find(({ name }) => name.value === 'rpc');
      if (link !== undefined) costs.set(field, readCost(link));
      else if (roots.has(type)) costs.set(field, rootCost);
    }
  }
  const reaching = typesThatReach(types, costs);
  return { costOf: (field) => costs.get(field), reachesCalls: (type) => reaching.has(type) };
}

const rootCost: FieldCost = { parentsPerCall: 1, owners: [] };

function readCost({ arguments: given = [] }: ConstDirectiveNode): FieldCost {
  const of = Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
  const owners = (of['per'] ?? []) as readonly string[];
  if (of['pick'] === true) return { parentsPerCall: Number.POSITIVE_INFINITY, owners };
  return { parentsPerCall: of['batch'] === true ? parentsPerBatch : 1, owners };
}

/** Grows the set until nothing is added: types refer to each other in circles. */
function typesThatReach(
  types: readonly GraphQLObjectType[],
  costs: ReadonlyMap<GraphQLField<unknown, unknown>, FieldCost>,
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
