import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getIntrospectionQuery,
  getNamedType,
  getOperationAST,
  isObjectType,
  parse,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';

import { collectFields, type OperationRequest, type Selecting, selectingOf } from './collect-fields.ts';

/** What an operation asks about the schema itself. */
export interface Introspection {
  /** How many values its answer has; counting ends shortly above the limit. */
  readonly values: number;
  /** Whether it asks for nothing else, so that every caller gets the same answer. */
  readonly isAll: boolean;
}

/** What is known of introspections of one schema. */
export interface IntrospectionScale {
  /** Undefined: the operation does not ask about the schema. */
  readonly weigh: (request: OperationRequest) => Introspection | undefined;
  /** As many values as an answer may have: twice what the largest question of common tools comes to. */
  readonly limit: () => number;
}

const doors: ReadonlyMap<string, GraphQLField<unknown, unknown>> = new Map([
  [SchemaMetaFieldDef.name, SchemaMetaFieldDef],
  [TypeMetaFieldDef.name, TypeMetaFieldDef],
]);

/** How much larger than common tools' an introspection may be. */
const generosity = 2;

/**
 * Counts what introspections come to before they are executed, by the resolvers that execution uses: no calls are made, only
 * numbers come out, and counting ends early. A text of two kilobytes can ask for the whole schema under each of many aliases.
 */
export function createIntrospectionScale(schema: GraphQLSchema): IntrospectionScale {
  let limit: number | undefined;
  const limitOf = (): number => {
    limit ??= generosity * (weighWithin(schema, largestCommon, Number.POSITIVE_INFINITY)?.values ?? 0);
    return limit;
  };
  return { weigh: (request) => weighWithin(schema, request, limitOf), limit: limitOf };
}

const largestCommon: OperationRequest = {
  document: parse(
    getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
    { noLocation: true },
  ),
};

function weighWithin(
  schema: GraphQLSchema,
  { document, operationName, variableValues }: OperationRequest,
  limit: number | (() => number),
): Introspection | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  const selecting = selectingOf(document, operation, variableValues ?? {});
  const fields = [...collectFields([operation.selectionSet], selecting).values()];
  const questions = fields.filter(([node]) => doors.has(node!.name.value));
  if (questions.length === 0) return undefined;
  const isAll = fields.every(([node]) => node!.name.value.startsWith('__'));
  const steps = questions.map((nodes) => compileStep(doors.get(nodes[0]!.name.value)!, nodes, selecting));
  return { values: count(steps, schema, typeof limit === 'number' ? limit : limit()), isAll };
}

/** One field of an introspection, its fragments written out. */
interface Step {
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly field: GraphQLField<unknown, unknown>;
  /** What is asked of what it answers; undefined: nothing, it is a scalar. */
  readonly inner: readonly Step[] | undefined;
}

function compileStep(field: GraphQLField<unknown, unknown>, nodes: readonly FieldNode[], selecting: Selecting): Step {
  const type = getNamedType(field.type);
  const inside = nodes.flatMap((node) => node.selectionSet ?? []);
  return {
    field,
    arguments: getArgumentValues(field, nodes[0]!, selecting.variables),
    inner: isObjectType(type) ? compileSteps(type, inside, selecting) : undefined,
  };
}

function compileSteps(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  selecting: Selecting,
): readonly Step[] {
  const fields = type.getFields();
  return [...collectFields(sets, selecting).values()].flatMap((nodes): readonly Step[] => {
    const field = fields[nodes[0]!.name.value];
    return field === undefined ? [] : [compileStep(field, nodes, selecting)];
  });
}

function count(questions: readonly Step[], schema: GraphQLSchema, limit: number): number {
  const info = { schema } as GraphQLResolveInfo;
  let values = 0;
  const visit = (steps: readonly Step[], source: unknown): void => {
    for (const { field, arguments: given, inner } of steps) {
      values += 1;
      if (values > limit) return;
      if (inner === undefined) continue;
      const value = field.resolve!(source, given as never, undefined, info);
      // `__type` may find nothing.
      if (value === null || value === undefined) continue;
      for (const one of Array.isArray(value) ? value : [value]) {
        if (values > limit) return;
        visit(inner, one);
      }
    }
  };
  visit(questions, undefined);
  return values;
}
