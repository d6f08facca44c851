import type { GraphQLFieldResolver } from 'graphql';

import type { MethodDescriptor, Registry } from '../../registry/descriptors.ts';

import { longBytes } from '../../codec/json/in-slices.ts';
import { ValueError } from '../../codec/value/value-error.ts';
import { compileValueToWire } from '../../codec/value/value-to-wire.ts';

import { nextTurn } from '../../clock/next-turn.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import { badUserInput } from '../execution/bad-user-input.ts';
import { compileArguments } from './compile-arguments.ts';
import { compileErrorTranslation } from '../execution/compile-error-translation.ts';
import type { GraphqlNames } from './derive-names.ts';
import type { GraphqlContext } from '../execution/graphql-context.ts';
import { compileOpenReply, type ReplyForm } from '../execution/open-reply.ts';
import { readSafely } from '../execution/read-safely.ts';
import { compileCallArguments } from '../payloads/call-arguments.ts';

/** What root fields are compiled with. */
export interface RootFieldOptions {
  readonly registry: Registry;
  readonly names: GraphqlNames;
  readonly table: RpcTable;
  /** How resolvers see replies; not given: as values. */
  readonly replyForm?: ReplyForm;
}

/** Compiles the resolver of one RPC: arguments to bytes, one call through the pipeline, bytes to the answer. */
export function compileRootField(
  method: MethodDescriptor,
  { registry, names, table, replyForm = 'values' }: RootFieldOptions,
): GraphQLFieldResolver<unknown, GraphqlContext> {
  const splitArguments = compileCallArguments(method, table);
  const readArguments = compileArguments(method.input, names);
  const encode = compileValueToWire(method.input, registry);
  const open = compileOpenReply(method.output, registry, replyForm);
  const translate = compileErrorTranslation(method, table);
  return async (_, args, { identity, signal, requestId, operation }, { path }) => {
    const { request: own, call: about } = splitArguments(args);
    const request = encodeArguments(encode, readArguments(own));
    // Encoding has taken its time; what is done with the bytes begins in a turn of its own.
    if (request.length > longBytes) await nextTurn();
    const call = {
      method,
      request,
      identity,
      surface: 'graphql',
      metadata: [],
      timeoutMs: undefined,
      signal,
      requestId,
      ...about,
    } as const;
    try {
      const reply = await operation.invoke(call, path);
      return readSafely(() => open(reply.message, operation.readsWhole()), method);
    } catch (error) {
      throw translate(error, requestId);
    }
  };
}

/** @throws GraphQLError BAD_USER_INPUT that names the argument. */
function encodeArguments(encode: (value: unknown) => Uint8Array, value: unknown): Uint8Array {
  try {
    return encode(value);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    // A required field that is missing has no place among the arguments.
    if (error.path.length === 0) throw badUserInput(`The arguments are incomplete: ${error.message}`);
    const argument = formatPath(error.path);
    throw badUserInput(`Argument "${argument}": ${error.message}`, { argument });
  }
}

/** `['r', 'states', 0]` → `r.states[0]`. */
function formatPath(path: readonly (string | number)[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
