import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/** A schema as SDL, sorted, so that a change of the protos shows as just that. Ends with a line break. */
export function printDerivedSchema(schema: GraphQLSchema): string {
  // graphql-js indents the empty lines of descriptions, which no editor leaves alone.
  return `${printSchema(lexicographicSortSchema(schema)).replace(/[ \t]+$/gm, '')}\n`;
}
