import {
  GraphQLFloat,
  type GraphQLOutputType,
  GraphQLScalarType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
} from 'graphql';
import { GraphQLList, GraphQLNonNull, isInterfaceType, isObjectType } from 'graphql';

const nonFinite: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

/**
 * GraphQL's Float, but what is not finite is written as ProtoJSON (and so REST) writes it: `"NaN"`, `"Infinity"`,
 * `"-Infinity"`. The specification (https://spec.graphql.org/October2021/#sec-Float) wants an error instead, and since
 * such fields are non-null, one layer's NaN would take the whole list of jobs with it. A scalar of another name would make
 * every client map it for a case that hardly ever comes.
 */
const FloatOutput = new GraphQLScalarType<number, unknown>({
  ...GraphQLFloat.toConfig(),
  serialize: (value) => {
    if (nonFinite.has(value)) return value;
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : GraphQLFloat.serialize(value);
  },
});

/**
 * Lets every answer of a schema carry non-finite floats; arguments keep GraphQL's Float. Works on the finished
 * schema, since builders of schemas always take the built-in scalar for `Float`.
 */
export function allowNonFiniteFloats(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) field.type = withFloatOutput(field.type);
  }
}

function withFloatOutput(type: GraphQLOutputType): GraphQLOutputType {
  if (isNonNullType(type)) return new GraphQLNonNull(withFloatOutput(type.ofType) as never);
  if (isListType(type)) return new GraphQLList(withFloatOutput(type.ofType));
  return type === GraphQLFloat ? FloatOutput : type;
}
