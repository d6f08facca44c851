import {
  type GraphQLArgumentConfig,
  type GraphQLFieldConfig,
  type GraphQLFieldResolver,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';

import { intervalArgument, type LiveIntervals } from './live-interval.ts';

/**
 * Adds the Subscription type: every field of Query, derived or friendly, with one more argument. A field that has an argument
 * of that name already keeps its own, and is looked at in the default interval. Nothing subscribes at these fields: a
 * subscription is its query, executed again and again.
 */
export function deriveSubscriptions(schema: GraphQLSchema, { minMs, maxMs, defaultMs }: LiveIntervals): GraphQLSchema {
  const { query, ...rest } = schema.toConfig();
  if (query === null || query === undefined) return schema;
  const { fields } = query.toConfig();
  const everyMs: GraphQLArgumentConfig = {
    type: GraphQLInt,
    description: `How often to look, in milliseconds: from ${minMs} to ${maxMs}, ${defaultMs} by default.`,
  };
  const subscription = new GraphQLObjectType({
    name: 'Subscription',
    description:
      'Every field of Query, live: the answer comes at once, and again whenever it has changed. The gateway looks as often as ' +
      `\`${intervalArgument}\` says; many who watch the same cost the upstream as much as one.`,
    fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, withInterval(field, everyMs)])),
  });
  return new GraphQLSchema({ ...rest, query, subscription });
}

type Field = GraphQLFieldConfig<unknown, unknown>;

function withInterval(field: Field, everyMs: GraphQLArgumentConfig): Field {
  const { args, resolve } = field;
  if (args !== undefined && intervalArgument in args) return field;
  return {
    ...field,
    args: { [intervalArgument]: everyMs, ...args },
    ...(resolve !== undefined && { resolve: withoutInterval(resolve) }),
  };
}

/** The argument is not the RPC's, and resolvers take all arguments for a request. */
function withoutInterval(resolve: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> {
  return (source, { [intervalArgument]: _, ...args }, context, about) => resolve(source, args, context, about);
}
