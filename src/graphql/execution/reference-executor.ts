import { defaultFieldResolver, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';

import { type AnswerLimits, TooManyValues, tooLong, tooManyValues, ValueCount } from './answer-limits.ts';

/** Executes a valid operation. The context is a GraphqlContext. */
export type Execute = (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;

/**
 * graphql-js itself. The executor that yoga brings (@graphql-tools/executor 2.0) puts fields into an answer as their values
 * come in, so what was asked last may stand first; a response map has the order of the selection:
 * https://spec.graphql.org/October2021/#sec-Serialized-Map-Ordering.
 *
 * It cannot be stopped, so over the limit every field that is still to come fails; what it has made then is thrown away.
 */
export function createReferenceExecutor(limits: AnswerLimits): Execute {
  return async (args) => {
    let bytes = 0;
    let isTooMany = false;
    const values = new ValueCount(limits);
    const count = (value: unknown) => {
      try {
        values.add(Array.isArray(value) ? value.length + 1 : 1);
      } catch (error) {
        isTooMany = error instanceof TooManyValues;
        throw tooManyValues(limits);
      }
    };
    const fieldResolver: typeof defaultFieldResolver = (source, given, context, info) => {
      const value: unknown = defaultFieldResolver(source, given, context, info);
      bytes += info.path.key.toString().length + sizeOf(value);
      if (bytes > limits.maxResponseBytes) throw tooLong(limits);
      count(value);
      return value;
    };
    const result = await execute({ ...args, fieldResolver });
    if (bytes > limits.maxResponseBytes) return { data: null, errors: [tooLong(limits)] };
    if (isTooMany) return { data: null, errors: [tooManyValues(limits)] };
    return withFewErrors(result, limits);
  };
}

/** At least as many bytes as the value's own JSON has; of objects and lists only what holds them together. */
function sizeOf(value: unknown): number {
  return typeof value === 'string' ? value.length + 4 : 4;
}

function withFewErrors(result: ExecutionResult, { maxErrors }: AnswerLimits): ExecutionResult {
  const { errors, extensions } = result;
  if (errors === undefined || errors.length <= maxErrors) return result;
  return {
    ...result,
    errors: errors.slice(0, maxErrors),
    extensions: { ...extensions, omittedErrors: errors.length - maxErrors },
  };
}
