import { statuses } from '../call/status.ts';
import type { MethodDescriptor, ServiceDescriptor } from '../registry/descriptors.ts';
import type { RpcTable } from '../rpc-table/rpc-table.ts';

import { deriveMessageSchemas, type Sentences } from './derive-message-schemas.ts';
import { deriveOperation, type Rights } from './derive-operation.ts';
import type { ExampleOf } from './read-examples.ts';
import { type JsonSchema, wellKnownSchemas } from './well-known-schemas.ts';

/** What a document is derived from. */
export interface OpenapiOptions {
  /** The services that have REST routes. */
  readonly services: readonly ServiceDescriptor[];
  readonly table: RpcTable;
  readonly sentences: Sentences;
  readonly rightsOf: (method: MethodDescriptor) => Rights;
  /** Requests to show. */
  readonly exampleOf: ExampleOf;
  /** Whether callers must show who they are. */
  readonly needsCredentials: boolean;
  /** Where callers reach the gateway; undefined: where they found the document. */
  readonly publicUrl: string | undefined;
}

const introduction = `The RPCs of the protos as REST: \`POST /package.Service/Method\`, with a JSON object in and out.

JSON is ProtoJSON. 64-bit integers are strings, and so are enums; numbers are read as well. An enum number that has no name is
written as a number. A float that is not finite is \`"NaN"\`, \`"Infinity"\` or \`"-Infinity"\`. Replies hold every field, but for
members of a oneof that are not set; requests may leave out whatever they do not mean.

\`x-cuegate-level\` and \`x-cuegate-grant\` say what a caller needs, and the scopes of \`security\` give it; a shared-secret token or
a role may give it, too. \`x-cuegate-kind\` tells reads from writes, \`x-cuegate-lane\` names the calls that wait for each other, and
\`x-cuegate-queued\` is true where OK means accepted, not done.`;

/** Derives the document of the REST routes, by OpenAPI 3.1.1 (https://spec.openapis.org/oas/v3.1.1). */
export function deriveOpenapi(options: OpenapiOptions): JsonSchema {
  const { services, table, sentences, rightsOf, exampleOf, needsCredentials, publicUrl } = options;
  const methods = services.flatMap((service) => service.methods);
  const schemas = deriveMessageSchemas(methods, sentences);
  const securitySchemes = needsCredentials ? credentials : {};
  const operationOf = (method: MethodDescriptor) =>
    deriveOperation({
      facts: table.factsOf(method),
      schemas,
      rights: rightsOf(method),
      securitySchemes: Object.keys(securitySchemes),
      example: exampleOf(method),
    });
  return {
    openapi: '3.1.1',
    info: {
      title: 'cuegate',
      // Of the interface that is described. The protos have no version, and clients need none: fields are only ever added.
      version: '1',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl?.replace(/\/$/, '') ?? '/' }],
    tags: services.map(({ fullName, comment }) => ({
      name: fullName,
      ...(comment !== '' && { description: comment }),
    })),
    paths: Object.fromEntries(methods.map((method) => [`/${method.fullName}`, { post: operationOf(method) }])),
    components: {
      schemas: { ...schemas.components, 'google.rpc.Status': errorSchema },
      responses: errorResponses,
      parameters,
      ...(needsCredentials && { securitySchemes }),
    },
  };
}

/** By the names that operations ask for them; a request shows one of them. */
const credentials: JsonSchema = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the shared secret, an access token of an issuer, or an API key.',
  },
  'api-key': { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key, where the site has them.' },
};

const parameters: JsonSchema = {
  'Grpc-Timeout': {
    name: 'Grpc-Timeout',
    in: 'header',
    description:
      'How long the answer may take: a number and `H`, `M`, `S`, `m` (milliseconds), `u` or `n`, such as `5S`.',
    schema: { type: 'string', pattern: '^([0-9]+[HMSmun])?$' },
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A text of your choice for this one piece of work. The same request with the same key is answered by the first answer.',
    schema: { type: 'string' },
  },
  'X-Request-Id': {
    name: 'X-Request-Id',
    in: 'header',
    description: 'A name for this request in logs and audit; one is made up where there is none.',
    schema: { type: 'string' },
  },
};

const errorSchema: JsonSchema = {
  type: 'object',
  description: 'Why a call failed, as a `google.rpc.Status`.',
  properties: {
    code: { type: 'integer', format: 'int32', description: 'The status code of gRPC.' },
    message: { type: 'string', description: 'What happened, for people.' },
    details: { type: 'array', items: wellKnownSchemas.get('google.protobuf.Any'), description: 'More, for programs.' },
  },
  required: ['code', 'message', 'details'],
};

const errorContent: JsonSchema = { 'application/json': { schema: { $ref: '#/components/schemas/google.rpc.Status' } } };

const rateLimitHeaders: JsonSchema = Object.fromEntries(
  [
    ['Limit', 'How many requests a caller may send in five seconds'],
    ['Remaining', 'How many of them are left: 0'],
    ['Reset', 'Seconds until counting begins anew'],
  ].map(([name, description]) => [
    `X-RateLimit-${name}`,
    { description: `${description}; with 429, where RATE_LIMIT_RPS was the reason.`, schema: { type: 'integer' } },
  ]),
);

const errorResponses: JsonSchema = {
  Unauthenticated: {
    description: 'No credentials, or none that count. Where a token is missing or bad, the body is plain text.',
    headers: {
      'WWW-Authenticate': { description: 'What to bring (RFC 6750).', schema: { type: 'string' } },
    },
    content: { 'text/plain': { schema: { type: 'string' } }, ...errorContent },
  },
  Error: {
    description: `The call failed:\n\n${statuses
      .filter(({ name }) => name !== 'OK')
      .map(({ code, name, httpStatus }) => `- ${httpStatus}: ${name} (${code})`)
      .join('\n')}`,
    headers: {
      'Retry-After': {
        description: 'Seconds after which to try again; with 429 and 503.',
        schema: { type: 'integer' },
      },
      ...rateLimitHeaders,
    },
    content: errorContent,
  },
};
