import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type TypeInfo,
  validate,
  type ValidationRule,
} from 'graphql';
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

/** The bounds of one schema. */
export interface LimitedWork {
  /** Bounds operations that come by yoga's stages. */
  readonly plugin: Plugin<Context>;
  /** Why an operation that was let in with another schema would not be let in with this one; empty: it would. */
  readonly findMisfits: (request: OperationRequest) => Promise<readonly GraphQLError[]>;
}

/**
 * Bounds the work that an operation causes before it is done: how much is parsed, validated, coerced, and expected to be called.
 * What is called in the end is bounded by the operation itself. Also hears whether the caller wants it explained.
 *
 * Yoga ignores limits when a plugin changes the parameters of parse and validate, hence the functions.
 */
export function limitWork(schema: GraphQLSchema, limits: WorkLimits): LimitedWork {
  const { maxTokens, maxValidationErrors } = limits;
  const checkEstimate = compileCheckEstimate(schema, limits);
  const findMisfitsOfValues = async (request: OperationRequest): Promise<readonly GraphQLError[]> => {
    const misfits = await checkVariables(schema, request);
    if (misfits.length > 0) return misfits;
    const problem = checkEstimate(request);
    return problem === undefined ? [] : [problem];
  };
  const validateWithin = (
    on: GraphQLSchema,
    document: DocumentNode,
    rules?: readonly ValidationRule[],
    _?: object,
    typeInfo?: TypeInfo,
  ): readonly GraphQLError[] => {
    const problems = checkSize(document, limits);
    if (problems.length > 0) return problems;
    const found = validate(on, document, rules, { maxErrors: maxValidationErrors }, typeInfo);
    return found.map((error) => sayWhereItIs(error, on));
  };
  const begin = async ({ args, setResultAndStopExecution }: Beginning) => {
    const errors = await findMisfitsOfValues(args);
    if (errors.length > 0) return setResultAndStopExecution({ errors });
    const { operation, params } = args.contextValue as Context;
    if (params.extensions?.explain === true) operation.startExplaining();
  };
  // Many subscriptions have the same document, and all come at the same moment.
  const known = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  return {
    plugin: {
      onParse: ({ setParseFn }) => {
        setParseFn((source, options) => parseDocument(source as string, options, maxTokens));
      },
      onValidate: ({ setValidationFn }) => {
        setValidationFn(validateWithin as never);
      },
      onExecute: begin,
      onSubscribe: begin,
    },
    findMisfits: async (request) => {
      const { document } = request;
      const misfits = known.get(document) ?? validateWithin(schema, document);
      known.set(document, misfits);
      return misfits.length > 0 ? misfits : findMisfitsOfValues(request);
    },
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
