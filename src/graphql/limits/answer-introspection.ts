import { type ExecutionResult, execute, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

import { GatewayError } from '../../call/gateway-error.ts';
import type { Identity } from '../../call/identity.ts';

import { badUserInput } from '../execution/bad-user-input.ts';
import type { GraphqlContext } from '../execution/graphql-context.ts';
import { refusal } from '../http/http-error.ts';
import type { OperationRequest } from './collect-fields.ts';
import { createIntrospectionScale } from './weigh-introspection.ts';

/** Whether a caller may read anything at all; who may not has no use for the schema either. */
export type MayRead = (identity: Identity) => boolean;

/** Bytes of all remembered answers together: some ten times the whole schema as tools ask for it. */
const maxRememberedBytes = 16 * 1024 * 1024;

/** Longer questions are not remembered: the memory would hold little else than them. */
const longestRemembered = 32 * 1024;

/** The part of yoga's context that says what came over the wire. */
interface Context extends GraphqlContext {
  readonly params: { readonly query?: string };
}

interface Beginning {
  readonly args: OperationRequest & { readonly contextValue?: unknown };
  readonly setResultAndStopExecution: (result: ExecutionResult) => void;
}

/**
 * Bounds what callers ask about the schema itself. It costs as much as it weighs: an answer with more values than common tools
 * ask for is refused before it is made, and one that asks for nothing else is made once for each document, operation and
 * variables, as bytes.
 */
export function answerIntrospection(schema: GraphQLSchema, mayRead: MayRead): Plugin<Context> {
  const scale = createIntrospectionScale(schema);
  const answers = new LRUCache<string, Buffer>({
    maxSize: maxRememberedBytes,
    sizeCalculation: (bytes, key) => bytes.byteLength + key.length,
  });

  const answer = (key: string, request: OperationRequest): ExecutionResult => {
    const known = answers.get(key);
    if (known !== undefined) return asBytes({}, known);
    // Introspection is synchronous: it makes no calls.
    const result = execute({ ...request, schema }) as ExecutionResult;
    if (result.errors !== undefined) return result;
    const bytes = Buffer.from(JSON.stringify(result));
    answers.set(key, bytes);
    return asBytes(result, bytes);
  };

  return {
    onExecute: ({ args, setResultAndStopExecution }: Beginning) => {
      const introspection = scale.weigh(args);
      if (introspection === undefined) return;
      const { identity, requestId, operation, params } = args.contextValue as Context;
      const stop = (error: ReturnType<typeof refusal>) => setResultAndStopExecution({ errors: [error] });
      if (!mayRead(identity)) return stop(refusal(nothingReadable(), requestId));
      if (introspection.values > scale.limit()) return stop(tooHeavy(scale.limit()));
      if (!introspection.isAll || operation.explanation() !== undefined) return;
      const key = JSON.stringify([params.query, args.operationName ?? null, declaredValues(args)]);
      if (key.length <= longestRemembered) setResultAndStopExecution(answer(key, args));
    },
  };
}

/** The values of the variables that an operation has; whatever else was sent changes nothing. */
function declaredValues({ document, operationName, variableValues }: OperationRequest): readonly unknown[] {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  return definitions.map(({ variable }) => variableValues?.[variable.name.value]);
}

/** A result that yoga writes by its own `stringify`, which may give bytes as well as text: the response takes both. */
function asBytes(result: ExecutionResult, bytes: Buffer): ExecutionResult {
  return { data: {}, ...result, stringify: () => bytes } as ExecutionResult;
}

function nothingReadable(): GatewayError {
  return new GatewayError(
    'PERMISSION_DENIED',
    'The schema is for callers who may read something; these credentials allow no call that reads.',
    { reason: 'NOTHING_READABLE' },
  );
}

function tooHeavy(limit: number) {
  return badUserInput(
    `This operation asks for more than ${limit} values of the schema. Ask for the schema once, without aliases of \`__schema\` ` +
      'and `__type`, as tools do; schema/schema.graphql has all of it.',
    { reason: 'INTROSPECTION_TOO_LARGE', measure: 'introspection', limit },
  );
}
