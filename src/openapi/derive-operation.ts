import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { PermissionLevel } from '../rpc-table/permission-level.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';

import type { MessageSchemas } from './derive-message-schemas.ts';
import type { JsonSchema } from './well-known-schemas.ts';

/** What the policy asks of the callers of an RPC. */
export interface Rights {
  /** Undefined: nobody has decided, so nobody may. */
  readonly level: PermissionLevel | undefined;
  readonly grant: string | undefined;
  /** The scopes that give both, where scopes do. */
  readonly scopes: readonly string[];
}

/** What an operation is derived from. */
export interface OperationOptions {
  readonly facts: RpcFacts;
  readonly schemas: MessageSchemas;
  readonly rights: Rights;
  /** The names of the security schemes, of which callers use one. */
  readonly securitySchemes: readonly string[];
  /** A request to show; undefined: none. */
  readonly example: unknown;
}

/** Derives what a document says of one route: an Operation Object (https://spec.openapis.org/oas/v3.1.1#operation-object). */
export function deriveOperation(options: OperationOptions): JsonSchema {
  const { facts, schemas, rights, securitySchemes, example } = options;
  const { method } = facts;
  const { comment, service, fullName } = method;
  return {
    operationId: fullName.replace('/', '.'),
    tags: [service.fullName],
    summary: firstSentence(comment) || `${service.name}.${method.name}`,
    ...(comment !== '' && { description: comment }),
    ...((method.deprecated || service.deprecated) && { deprecated: true }),
    parameters: parametersOf(facts),
    requestBody: {
      required: true,
      content: jsonContent(schemas.requestOf(method), example === undefined ? {} : { example }),
    },
    responses: {
      200: describeReply(method, schemas.replyOf(method)),
      401: { $ref: '#/components/responses/Unauthenticated' },
      default: { $ref: '#/components/responses/Error' },
    },
    security: securitySchemes.map((name) => ({ [name]: rights.scopes })),
    'x-cuegate-kind': facts.kind,
    'x-cuegate-level': rights.level ?? 'never',
    ...(rights.grant !== undefined && { 'x-cuegate-grant': rights.grant }),
    ...(facts.lane !== undefined && { 'x-cuegate-lane': facts.lane }),
    ...(facts.isQueued && { 'x-cuegate-queued': true }),
  };
}

/** With each operation and not once for its path: Swagger UI does not follow references that stand there. */
function parametersOf({ takesIdempotencyKey }: RpcFacts): readonly JsonSchema[] {
  const names = ['Grpc-Timeout', 'X-Request-Id', ...(takesIdempotencyKey ? ['Idempotency-Key'] : [])];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** A stream is one object a line, the last of which may be an error. */
function describeReply({ output, serverStreaming }: MethodDescriptor, reply: JsonSchema): JsonSchema {
  const description = firstSentence(output.comment) || `${output.fullName}.`;
  if (!serverStreaming) return { description, content: jsonContent(reply) };
  const line = {
    type: 'object',
    properties: { result: reply, error: { $ref: '#/components/schemas/google.rpc.Status' } },
  };
  return { description: `${description} One JSON object a line.`, content: jsonContent(line) };
}

function jsonContent(schema: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { 'application/json': { schema, ...more } };
}

/** What stands in lists of operations. The dots of `e.g.` end no sentence, so the next one must begin with a capital. */
function firstSentence(comment: string): string {
  const text = comment
    .split(/\n\s*\n/, 1)[0]!
    .replace(/\s+/g, ' ')
    .trim();
  return /^.*?[.!?](?=\s[A-Z]|$)/.exec(text)?.[0] ?? text;
}
