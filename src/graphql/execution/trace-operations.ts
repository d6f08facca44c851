import { createHash } from 'node:crypto';

import { type DocumentNode, type ExecutionArgs, type ExecutionResult, getOperationAST, print } from 'graphql';

import type { Span, SpanAttributes } from '../../telemetry/span.ts';

import type { GraphqlContext } from './graphql-context.ts';
import type { Execute } from './reference-executor.ts';

/**
 * Tells each execution of an operation as a span, and has its calls told under it; after
 * https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/, but with the hash of the document in place of its text, in
 * which people write what they ask about.
 */
export function traceOperations(execute: Execute): Execute {
  return async (args) => {
    const { spanParent, operation, requestId } = args.contextValue as GraphqlContext;
    if (spanParent === undefined) return execute(args);
    const span = spanParent.startChild(getOperationAST(args.document, args.operationName)?.operation ?? 'operation');
    operation.traceUnder(span);
    if (!span.isRecorded) return execute(args);
    span.set({ ...describeOperation(args), 'cuegate.request_id': requestId });
    try {
      const result = await execute(args);
      noteErrors(span, result);
      return result;
    } catch (error) {
      span.fail('INTERNAL');
      throw error;
    } finally {
      span.end();
    }
  };
}

/** What an operation is, without anything that its caller fills in. */
export function describeOperation({
  document,
  operationName,
}: Pick<ExecutionArgs, 'document' | 'operationName'>): SpanAttributes {
  const operation = getOperationAST(document, operationName);
  return {
    'graphql.operation.type': operation?.operation,
    'graphql.operation.name': operation?.name?.value.slice(0, longestName),
    'cuegate.graphql.document_sha256': hashOf(document),
  };
}

const longestName = 200;

/** Documents are kept by whoever parses them, so each is hashed once. */
const hashes = new WeakMap<DocumentNode, string>();

function hashOf(document: DocumentNode): string {
  let hash = hashes.get(document);
  if (hash === undefined) {
    const text = document.loc?.source.body ?? print(document);
    hash = createHash('sha256').update(text).digest('hex');
    hashes.set(document, hash);
  }
  return hash;
}

/** Nobody has a convention for an answer of which a part failed; here it is an error, by the code of its first one. */
function noteErrors(span: Span, { errors = [] }: ExecutionResult): void {
  const [first] = errors;
  if (first === undefined) return;
  span.set({ 'cuegate.graphql.errors': errors.length });
  const { code } = first.extensions;
  span.fail(typeof code === 'string' ? code : 'INTERNAL');
}
