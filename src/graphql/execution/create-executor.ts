import {
  type ExecutionArgs,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
  type DocumentNode,
} from 'graphql';

import type { Registry } from '../../registry/descriptors.ts';

import { selectingOf } from '../limits/collect-fields.ts';
import { type Derivation, compilePlan, traceDerivation, Uncovered } from './compile-plan.ts';
import { type AnswerLimits, ValueCount } from './answer-limits.ts';
import { executePlan } from './execute-plan.ts';
import type { GraphqlContext } from './graphql-context.ts';
import type { ReplyForm } from './open-reply.ts';
import { type Filling, Irregular, type OperationPlan } from './plan.ts';
import { createReferenceExecutor, type Execute } from './reference-executor.ts';
import { TimeSlices } from '../../clock/time-slices.ts';

/** Which executor answers operations (GRAPHQL_EXECUTOR). */
export type ExecutorName = 'compiled' | 'reference';

/** How resolvers have to see replies for an executor. */
export function replyFormOf(executor: ExecutorName): ReplyForm {
  return executor === 'compiled' ? 'windows' : 'values';
}

/** Makes the executor of that name. */
export function createExecutor(executor: ExecutorName, options: ExecutorOptions): Execute {
  return executor === 'compiled' ? createCompiledExecutor(options) : createReferenceExecutor(options);
}

/** What executors are made with. */
export interface ExecutorOptions extends AnswerLimits {
  /** What the schema was derived from. */
  readonly registry: Registry;
  readonly counters?: ExecutionCounters;
}

/** How operations were executed, since the gateway started; for metrics. */
export interface ExecutionCounters {
  /** By plan. */
  planned: number;
  /** By graphql-js, because no plan can express them. */
  uncovered: number;
  /** By graphql-js, because something came back that plans do not know about. */
  repeated: number;
}

/**
 * Executes by plans that are compiled once for each operation: answers are written as JSON straight from the wire.
 * Whatever plans do not cover is left to graphql-js, and so is what goes another way than plans know: it then gets the
 * replies that the plan got, and nothing is called again.
 */
export function createCompiledExecutor({ registry, counters, ...limits }: ExecutorOptions): Execute {
  let derivation: Derivation | undefined;
  const plans = new PlanCache();
  const executeByReference = createReferenceExecutor(limits);
  return async (args) => {
    const context = args.contextValue as GraphqlContext;
    const operation = getOperationAST(args.document, args.operationName);
    if (!operation || context.operation.explanation() !== undefined) return executeByReference(args);
    const variables = readVariables(args, operation);
    if (variables === undefined) return executeByReference(args);
    derivation ??= traceDerivation(args.schema, registry);
    const plan = plans.find(args.document, operation, variables, derivation);
    if (plan === undefined) {
      if (counters !== undefined) counters.uncovered += 1;
      return executeByReference(args);
    }
    const slices = new TimeSlices();
    try {
      const count = new ValueCount(limits);
      const filling: Filling = { plan, args, context, variables, slices, count, truncated: new Map() };
      const result = await executePlan(filling, limits);
      if (counters !== undefined) counters.planned += 1;
      return result;
    } catch (error) {
      if (!(error instanceof Irregular)) throw error;
      if (counters !== undefined) counters.repeated += 1;
      context.unknownEnumValues.length = 0;
      context.truncated.length = 0;
      context.unsupported.length = 0;
      context.operation.replay(error.readsWhole);
      return executeByReference(args);
    }
  };
}

/** Undefined: they do not fit, which graphql-js will tell. */
function readVariables(
  { schema, variableValues }: ExecutionArgs,
  { variableDefinitions = [] }: OperationDefinitionNode,
): Readonly<Record<string, unknown>> | undefined {
  if (variableDefinitions.length === 0) return noVariables;
  return getVariableValues(schema, variableDefinitions, variableValues ?? {}, { maxErrors: 1 }).coerced;
}

const noVariables: Readonly<Record<string, unknown>> = Object.freeze({});

/** How many plans one operation may have, for different values of the variables that `@skip` and `@include` look at. */
const maxPlansPerOperation = 16;

/**
 * Remembers plans as long as their documents are remembered: the cache of documents bounds both, by characters. That an
 * operation has no plan is remembered, too.
 */
class PlanCache {
  readonly #known = new WeakMap<OperationDefinitionNode, OperationPlans>();

  find(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
    derivation: Derivation,
  ): OperationPlan | undefined {
    let plans = this.#known.get(operation);
    if (plans === undefined) {
      plans = { conditions: conditionsOf(document), byConditions: new Map() };
      this.#known.set(operation, plans);
    }
    const key = plans.conditions.map((name) => String(variables[name])).join();
    const { byConditions } = plans;
    if (byConditions.has(key)) return byConditions.get(key);
    const plan = compile(document, operation, variables, derivation);
    if (byConditions.size < maxPlansPerOperation) byConditions.set(key, plan);
    return plan;
  }
}

interface OperationPlans {
  /** Variables that decide what is shown. */
  readonly conditions: readonly string[];
  readonly byConditions: Map<string, OperationPlan | undefined>;
}

function conditionsOf(document: DocumentNode): readonly string[] {
  const found = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]: ({ name, arguments: given = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) found.add(value.name.value);
    },
  });
  return [...found];
}

function compile(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  derivation: Derivation,
): OperationPlan | undefined {
  try {
    return compilePlan(derivation, operation, selectingOf(document, operation, variables));
  } catch (error) {
    if (error instanceof Uncovered) return undefined;
    throw error;
  }
}
