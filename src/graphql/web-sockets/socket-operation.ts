import type { IncomingMessage, ServerResponse } from 'node:http';

import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { YogaServerInstance } from 'graphql-yoga';

import type { Hold } from '../../http/byte-budget.ts';

import type { CallSignal } from '../../call/call-signal.ts';
import type { Identity } from '../../call/identity.ts';

import { badUserInput } from '../execution/bad-user-input.ts';
import { finishResult } from '../execution/finish-results.ts';
import type { GraphqlContext } from '../execution/graphql-context.ts';
import type { RequestContext } from '../http/guard-requests.ts';
import type { RefusalListeners } from '../limits/tell-refusals.ts';
import type { ResolveDocument } from '../persisted/resolve-document.ts';

/** What a client asks in a `subscribe` message. */
export interface OperationMessage {
  /** Empty where the message names a persisted document: the protocol wants a text. */
  readonly query: string;
  readonly documentId?: unknown;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Where an operation came from. */
export interface OperationOrigin {
  /** The request that opened the socket, with the caller's credentials. */
  readonly req: IncomingMessage;
  /** Its response, which stands for the connection. */
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly hold: Hold;
  readonly identity: Identity;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: CallSignal;
}

type Context = GraphqlContext & RequestContext;

/** An operation that may be executed, by the same stages and limits as one that comes by HTTP. */
export interface SocketOperation extends ExecutionArgs {
  /** The answer of a query or a mutation. */
  readonly run: () => Promise<ExecutionResult>;
  /** The answers of a subscription; or one, which says why there are none. */
  readonly follow: () => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
}

/** Prepares an operation. Resolves to errors that are meant for the caller when it cannot be executed. */
export type PrepareOperation = (
  message: OperationMessage,
  origin: OperationOrigin,
) => Promise<SocketOperation | readonly GraphQLError[]>;

/**
 * Compiles how operations of sockets pass through the stages that yoga has for those of HTTP: its plugins see both alike.
 *
 * @param createContext what an operation brings along beside its origin
 * @param resolveDocument gives the text of the document that a message means
 */
export function compilePrepareOperation(
  getEnveloped: YogaServerInstance<object, object>['getEnveloped'],
  createContext: (origin: OperationOrigin) => Omit<Context, 'identity'>,
  resolveDocument: ResolveDocument,
  listeners: RefusalListeners,
): PrepareOperation {
  return async (message, origin) => {
    const params = { ...message };
    const context = { ...createContext(origin), identity: origin.identity, params };
    const finish = (result: ExecutionResult) => finishResult(result, context, listeners);
    const refuse = (errors: readonly GraphQLError[]) => finish({ errors }).errors ?? [];
    const stages = getEnveloped(context as never);
    let document: DocumentNode;
    try {
      params.query = resolveDocument(message) ?? '';
      document = stages.parse(params.query);
    } catch (error) {
      return refuse([error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error })]);
    }
    const problems = stages.validate(stages.schema, document) as readonly GraphQLError[];
    if (problems.length > 0) return refuse(problems);
    const { operationName } = params;
    if (!getOperationAST(document, operationName)) return refuse([unknownOperation(operationName)]);
    const args = {
      schema: stages.schema,
      document,
      operationName,
      variableValues: params.variables,
      contextValue: await stages.contextFactory(),
    };
    return {
      ...args,
      run: async () => finish((await stages.execute(args)) as ExecutionResult),
      follow: async () => {
        const result = (await stages.subscribe(args)) as AsyncIterable<ExecutionResult> | ExecutionResult;
        return Symbol.asyncIterator in result ? result : finish(result);
      },
    };
  };
}

function unknownOperation(name: string | null | undefined): GraphQLError {
  return badUserInput(
    name
      ? `The document has no operation named "${name}".`
      : 'The document has several operations; "operationName" must say which one to execute.',
    { argument: 'operationName' },
  );
}
