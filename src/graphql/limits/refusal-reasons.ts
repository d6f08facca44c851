/**
 * Why GraphQL refuses a request, or ends an operation before it is complete: the words of `extensions.reason`, of the log and of
 * the metric, each with what happened. docs/operating.md shows them. What the pipeline refuses has words of its own.
 */
export const refusalReasons = {
  NOT_ACCEPTABLE: '`Accept` allows none of the types that answers have',
  BODY_TYPE: 'the body is not `application/json`, or comes packed',
  BODY_TOO_LONG: 'the body is longer than `GRAPHQL_MAX_REQUEST_MB`',
  TOO_MANY_VALUES: 'the body holds more values than `GRAPHQL_MAX_VALUES`',
  BODY_INCOMPLETE: 'the client left before its body was complete',
  BODY_MALFORMED: 'the body, or a parameter of the address, is no JSON object',
  PERSISTED_QUERY_NOT_SUPPORTED: 'the request names a document, and there is no `PERSISTED_OPERATIONS_FILE`',
  PERSISTED_QUERY_NOT_FOUND: 'the request names a document that is not in `PERSISTED_OPERATIONS_FILE`',
  OPERATION_NOT_PERSISTED: 'the request has a text that is not in the file, and `PERSISTED_OPERATIONS` is `only`',
  REQUEST_INVALID: 'the request fits neither GraphQL nor the schema: its syntax, its fields, its variables',
  TOO_MANY_TOKENS: 'the document has more words and punctuators than `GRAPHQL_MAX_TOKENS`',
  TOO_DEEP: 'the document is nested deeper than `GRAPHQL_MAX_DEPTH`, or its brackets or its introspection are',
  TOO_MANY_FIELDS: 'the document comes to more fields than `GRAPHQL_MAX_TOKENS`',
  TOO_MANY_ALIASES: 'the document has more aliases than `GRAPHQL_MAX_ALIASES`',
  NAME_TOO_LONG: 'a name in the document has hundreds of letters',
  VARIABLES_MISFIT: 'variables have another shape than their types',
  INTROSPECTION_TOO_LARGE: 'the operation asks for more of the schema than tools do',
  NOTHING_READABLE: 'somebody who may read nothing asks for the schema',
  ESTIMATE: 'the operation is expected to make more calls than `GRAPHQL_MAX_ESTIMATE`',
  CALL_BUDGET: 'the operation has made `GRAPHQL_MAX_CALLS` calls',
  CANNOT_BEGIN: 'so many reads wait that those of the operation cannot begin within `GRAPHQL_TIMEOUT`',
  OPERATION_TIMEOUT: 'the operation has taken `GRAPHQL_TIMEOUT`',
  RESPONSE_TOO_LARGE: 'the answer is longer than `GRAPHQL_MAX_RESPONSE_MB`',
  RESPONSE_TOO_MANY_VALUES: 'the answer holds more values than `GRAPHQL_MAX_RESPONSE_VALUES`',
  INTERVAL: 'a subscription asks for an interval out of bounds',
  TOO_MANY_STREAMS: 'a user has `LIVE_MAX_STREAMS` subscriptions open, or a service `LIVE_MAX_SERVICE_STREAMS`',
  SHUTTING_DOWN: 'a subscription came while the gateway was stopping',
} as const;

/** One of the words. */
export type RefusalReason = keyof typeof refusalReasons;

/** Whether a word is one of GraphQL's own. */
export function isRefusalReason(word: unknown): word is RefusalReason {
  return typeof word === 'string' && Object.hasOwn(refusalReasons, word);
}
