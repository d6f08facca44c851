import { GraphQLError } from 'graphql';

import type { MethodDescriptor } from '../../registry/descriptors.ts';

import { GatewayError } from '../../call/gateway-error.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';
import { type Status, type StatusName, statusCode, statusOf } from '../../call/status.ts';

import { isRefusalReason } from '../limits/refusal-reasons.ts';
import { REPLY_UNREADABLE } from '../limits/tell-refusals.ts';
import { readUpstreamWords } from './upstream-words.ts';
import { describeMissing } from '../schema/describe-missing.ts';

/** Turns what one RPC failed with into what its caller may know. */
export type TranslateError = (error: unknown, requestId: string) => GraphQLError;

/** Where GraphQL servers have a name of their own that clients know, it stands in for the gRPC one. */
const customaryCodes: Partial<Record<StatusName, string>> = {
  PERMISSION_DENIED: 'FORBIDDEN',
  INVALID_ARGUMENT: 'BAD_USER_INPUT',
};

/** `extensions.code` of a status. */
export function errorCodeOf({ name }: Status): string {
  return customaryCodes[name] ?? name;
}

/**
 * What to say instead of the upstream's text when its status means that something broke: such texts are stack traces, SQL and
 * addresses, and belong into the log, where the pipeline writes them under the request id.
 */
const hiddenTexts: Partial<Record<StatusName, string>> = {
  UNKNOWN: 'Cuebot failed to carry out',
  INTERNAL: 'Cuebot failed to carry out',
  DATA_LOSS: 'Cuebot failed to carry out',
  UNAVAILABLE: 'Cuebot could not be reached for',
  DEADLINE_EXCEEDED: 'Cuebot did not answer in time to',
};

/** Compiles the translation for one RPC. */
export function compileErrorTranslation(method: MethodDescriptor, table: RpcTable): TranslateError {
  const translate = compileTranslation(method, table);
  return table.factsOf(method).kind === 'write' ? sayWhatMayHaveHappened(translate) : rememberTranslations(translate);
}

/** What fails in one way for very many fields is worded once. Callers who share a read have request ids of their own. */
function rememberTranslations(translate: TranslateError): TranslateError {
  const known = new WeakMap<object, { readonly requestId: string; readonly translated: GraphQLError }>();
  return (error, requestId) => {
    if (!(error instanceof GatewayError)) return translate(error, requestId);
    const found = known.get(error);
    if (found?.requestId === requestId) return found.translated;
    const translated = translate(error, requestId);
    known.set(error, { requestId, translated });
    return translated;
  };
}

function compileTranslation(method: MethodDescriptor, { dressedErrors }: RpcTable): TranslateError {
  const missing = describeMissing(method);
  return (error, requestId) => {
    const failure = GatewayError.from(error);
    const dressed = dressedErrors.find(
      ({ status, startsWith }) => failure.status.name === status && failure.message.startsWith(startsWith),
    );
    const status = dressed === undefined ? failure.status : statusOf(statusCode[dressed.means]);
    const words = dressed === undefined ? undefined : readUpstreamWords(failure.message);
    const message = dressed?.means === 'NOT_FOUND' ? missing : (words ?? publicText(failure, method, requestId));
    return toGraphQLError(failure, status, message, requestId);
  };
}

/** Cuebot goes on with a call whose deadline has passed or whose connection broke: whoever sends it again may do it twice. */
function sayWhatMayHaveHappened(translate: TranslateError): TranslateError {
  return (error, requestId) => {
    const translated = translate(error, requestId);
    if (!GatewayError.from(error).mayHaveHappened) return translated;
    const message = `${translated.message.replace(/\.$/, '')}. It may have happened all the same: look before you send it again.`;
    const extensions = { ...translated.extensions, mayHaveHappened: true };
    return withCause(new GraphQLError(message, { extensions }), translated.cause);
  };
}

/** An error without an RPC, such as a refused token, in the form that errors of RPCs have. */
export function translateError(error: unknown, requestId: string): GraphQLError {
  const failure = GatewayError.from(error);
  return toGraphQLError(failure, failure.status, failure.message, requestId);
}

function publicText(failure: GatewayError, { fullName }: MethodDescriptor, requestId: string): string {
  const hidden = hiddenTexts[failure.status.name];
  if (failure.origin !== 'upstream' || hidden === undefined) return failure.message;
  return `${hidden} ${fullName}; the log tells more under request id ${requestId}.`;
}

function toGraphQLError(failure: GatewayError, status: Status, message: string, requestId: string): GraphQLError {
  const { retryAfterSeconds, challenge, reason } = failure;
  const isUnreadable = reason === REPLY_UNREADABLE;
  const error = new GraphQLError(message, {
    extensions: {
      code: errorCodeOf(status),
      ...((isUnreadable || isRefusalReason(reason)) && { reason }),
      grpc: { code: status.code, status: status.name },
      requestId,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(challenge?.scope !== undefined && { scope: challenge.scope }),
    },
  });
  return isUnreadable ? withCause(error, failure.cause) : error;
}

/** The pipeline has logged all other causes; callers see none. */
function withCause(error: GraphQLError, cause: unknown): GraphQLError {
  error.cause = cause;
  return error;
}
