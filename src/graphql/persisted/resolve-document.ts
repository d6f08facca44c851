import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import { httpError } from '../http/http-error.ts';
import type { RefusalReason } from '../limits/refusal-reasons.ts';
import type { PersistedOperations } from './read-persisted-operations.ts';

/** How a request says which document it means, whatever else is in it. */
export interface DocumentRequest {
  readonly query?: unknown;
  /** https://github.com/graphql/graphql-over-http/blob/main/spec/Appendix%20A%20--%20Persisted%20Documents.md */
  readonly documentId?: unknown;
  readonly extensions?: { readonly persistedQuery?: unknown } | null | undefined;
}

/**
 * Gives the text of the document that a request means. Undefined: it says neither a text nor a name.
 *
 * @throws GraphQLError for a name that is unknown, and for a text that may not be executed
 */
export type ResolveDocument = (request: DocumentRequest) => string | undefined;

/**
 * Compiles how requests name documents: by `documentId`, or by the hash of Apollo's protocol of automatic persisted queries
 * (APQ). The second half of that protocol, by which a caller adds documents, is left out: what anybody may fill, anybody may flood.
 *
 * @param operations undefined: there are none
 */
export function compileResolveDocument(operations: PersistedOperations | undefined): ResolveDocument {
  return ({ query, documentId, extensions }) => {
    if (typeof query === 'string' && query !== '') {
      if (documentId !== undefined && documentId !== null) throw namedTwice();
      if (operations?.isExclusive === true && !operations.has(query)) throw textRefused();
      return query;
    }
    const id = readId(documentId, extensions?.persistedQuery);
    if (id === undefined) return undefined;
    if (operations === undefined) throw apqError('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED');
    const text = operations.find(id);
    if (text === undefined) throw apqError('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
    return text;
  };
}

/** The same for requests that come by HTTP: all that follows sees a text. */
export function resolveDocuments(resolve: ResolveDocument): Plugin {
  return {
    onParams: ({ params, setParams }) => {
      // Whatever else is wrong with the parameters is told after this.
      if (typeof params !== 'object' || params === null || Array.isArray(params)) return;
      const { documentId: _, ...others } = params as DocumentRequest & typeof params;
      const query = resolve(params);
      if (query !== undefined) setParams({ ...others, query });
    },
  };
}

function readId(documentId: unknown, persistedQuery: unknown): string | undefined {
  if (documentId !== undefined && documentId !== null) {
    if (typeof documentId === 'string' && documentId !== '') return documentId;
    throw httpError(400, 'BODY_MALFORMED', '"documentId" must be a text that is not empty.');
  }
  if (persistedQuery === undefined || persistedQuery === null) return undefined;
  const { version, sha256Hash } = persistedQuery as { readonly version?: unknown; readonly sha256Hash?: unknown };
  if (version === 1 && typeof sha256Hash === 'string') return sha256Hash;
  throw httpError(
    400,
    'BODY_MALFORMED',
    '"extensions.persistedQuery" must be an object such as {"version":1,"sha256Hash":"…"}.',
  );
}

/**
 * Clients of APQ know these errors by message or code, and read them only where the status is 200:
 * https://www.apollographql.com/docs/apollo-server/performance/apq
 */
function apqError(message: string, code: RefusalReason & `PERSISTED_QUERY_${string}`): GraphQLError {
  return new GraphQLError(message, { extensions: { code, reason: code, http: { status: 200 } } });
}

function namedTwice(): GraphQLError {
  return httpError(400, 'BODY_MALFORMED', 'The request has both "query" and "documentId"; send one of them.');
}

function textRefused(): GraphQLError {
  return httpError(
    400,
    'OPERATION_NOT_PERSISTED',
    'Only the operations that this gateway was given are executed (PERSISTED_OPERATIONS=only), and this text is none of them. ' +
      'Name one by "documentId".',
  );
}
