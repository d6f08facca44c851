import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLArgs,
  type GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';

import { createExecutor, type ExecutorName, replyFormOf } from '../../src/graphql/execution/create-executor.ts';
import { standardAnswerLimits } from '../../src/graphql/execution/answer-limits.ts';
import type { Execute } from '../../src/graphql/execution/reference-executor.ts';
import { JsonData } from '../../src/graphql/execution/json-data.ts';
import type { Registry } from '../../src/registry/descriptors.ts';

/** The executor that the tests are about: `GRAPHQL_EXECUTOR=reference npx vitest run test/graphql` runs them by graphql-js. */
export const executorName: ExecutorName = process.env['GRAPHQL_EXECUTOR'] === 'reference' ? 'reference' : 'compiled';

/** How resolvers see replies in this run. */
export const replyForm = replyFormOf(executorName);

/** Makes the executor of this run. */
export function createTestedExecutor(registry: Registry, name = executorName): Execute {
  return createExecutor(name, { registry, ...standardAnswerLimits });
}

const executors = new WeakMap<GraphQLSchema, Execute>();

/** As graphql-js' `graphql`, by the executor of this run. */
export async function runGraphql({ registry, ...args }: GraphQLArgs & { readonly registry: Registry }) {
  const { schema, source } = args;
  let document: DocumentNode;
  try {
    document = parse(source);
  } catch (error) {
    return { errors: [error as GraphQLError] };
  }
  const problems = validate(schema, document);
  if (problems.length > 0) return { errors: problems };
  const execute = executors.get(schema) ?? createTestedExecutor(registry);
  executors.set(schema, execute);
  return toPlainResult(await execute({ ...args, document }));
}

/** A result whose data are objects, whoever has made it. */
export function toPlainResult({ data, errors, extensions }: ExecutionResult): ExecutionResult {
  return {
    ...(data !== undefined && { data: data instanceof JsonData ? (data.toJSON() as ExecutionResult['data']) : data }),
    ...(errors !== undefined && { errors }),
    ...(extensions !== undefined && { extensions }),
  } as ExecutionResult;
}
