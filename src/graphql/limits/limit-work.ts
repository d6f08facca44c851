import { type DocumentNode, GraphQLError, type GraphQLSchema, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import type { GraphqlContext } from '../execution/graphql-context.ts';
import { compileCheckEstimate, type EstimateLimits } from './check-estimate.ts';
import { checkSize, type SizeLimits } from './check-size.ts';
import { checkVariables } from './check-variables.ts';
import { parseDocument } from './parse-document.ts';
import type { OperationRequest } from './collect-fields.ts';

/** What the text of one operation may ask for. */
export interface WorkLimits extends SizeLimits, EstimateLimits {
  /** How many mistakes of one query are told before the search ends. */
  readonly maxValidationErrors: number;
}

/** The part of yoga's context that says what came beside the query. */
interface Context extends GraphqlContext {
  readonly params: { readonly extensions?: { readonly explain?: unknown } };
}

/**
 * Bounds the work that an operation causes before it is done: how much is parsed, validated, coerced, and expected to be called.
 * What is called in the end is bounded by the operation itself. Also hears whether the caller wants it explained.
 *
 * Yoga ignores limits when a plugin changes the parameters of parse and validate, hence the functions.
 */
export function limitWork(schema: GraphQLSchema, limits: WorkLimits): Plugin<Context> {
  const { maxTokens, maxValidationErrors } = limits;
  const checkEstimate = compileCheckEstimate(schema, limits);
  const begin = async ({ args, setResultAndStopExecution }: Beginning) => {
    const misfits = await checkVariables(schema, args);
    if (misfits.length > 0) return setResultAndStopExecution({ errors: misfits });
    const problem = checkEstimate(args);
    if (problem !== undefined) return setResultAndStopExecution({ errors: [problem] });
    const { operation, params } = args.contextValue as Context;
    if (params.extensions?.explain === true) operation.startExplaining();
  };
  const validateWithin = (on: GraphQLSchema, document: DocumentNode, rules: never, _: never, typeInfo: never) => {
    const problems = checkSize(document, limits);
    if (problems.length > 0) return problems;
    const found = validate(
      on,
      document,
      rules,
      { maxErrors: maxValidationErrors },
      typeInfo,
    ) as readonly GraphQLError[];
    return found.map((error) => sayWhereItIs(error, on));
  };
  return {
    onParse: ({ setParseFn }) => {
      setParseFn((source, options) => parseDocument(source as string, options, maxTokens));
    },
    onValidate: ({ setValidationFn }) => {
      setValidationFn(validateWithin as never);
    },
    onExecute: begin,
    onSubscribe: begin,
  };
}

/** People type writes as queries, and reads as mutations; that the field does not exist at all is half the truth. */
function sayWhereItIs(error: GraphQLError, schema: GraphQLSchema): GraphQLError {
  const [, field, type] = /^Cannot query field "(\w+)" on type "(Query|Mutation)"\./.exec(error.message) ?? [];
  if (field === undefined) return error;
  const [other, kind] =
    type === 'Query' ? ([schema.getMutationType(), 'mutation'] as const) : ([schema.getQueryType(), 'query'] as const);
  if (other?.getFields()[field] === undefined) return error;
  const { nodes, source, positions, path, extensions } = error;
  const message = `"${field}" is a ${kind}: write ${kind} { ${field} … }.`;
  return new GraphQLError(message, { nodes: nodes ?? null, source, positions, path, extensions });
}

/** What the hooks of execution and subscription have in common. */
interface Beginning {
  readonly args: OperationRequest & { readonly contextValue?: unknown };
  readonly setResultAndStopExecution: (result: { readonly errors: readonly GraphQLError[] }) => void;
}
