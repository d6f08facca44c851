/**
 * The one table of gRPC status codes; REST, GraphQL, metrics and the documentation read it.
 * Names and numbers: https://grpc.github.io/grpc/core/md_doc_statuscodes.html.
 * HTTP statuses: as grpc-gateway v2 maps them, which OpenCue's REST clients rely on.
 */
const rows = [
  // name, HTTP status, may a read be sent again
  ['OK', 200, false],
  ['CANCELLED', 499, false],
  ['UNKNOWN', 500, false],
  ['INVALID_ARGUMENT', 400, false],
  ['DEADLINE_EXCEEDED', 504, false],
  ['NOT_FOUND', 404, false],
  ['ALREADY_EXISTS', 409, false],
  ['PERMISSION_DENIED', 403, false],
  ['RESOURCE_EXHAUSTED', 429, false],
  ['FAILED_PRECONDITION', 400, false],
  ['ABORTED', 409, false],
  ['OUT_OF_RANGE', 400, false],
  ['UNIMPLEMENTED', 501, false],
  ['INTERNAL', 500, false],
  ['UNAVAILABLE', 503, true],
  ['DATA_LOSS', 500, false],
  ['UNAUTHENTICATED', 401, false],
] as const;

/** A status name as the gRPC specification spells it. */
export type StatusName = (typeof rows)[number][0];

/** One row of the table. */
export interface Status {
  readonly code: number;
  readonly name: StatusName;
  readonly httpStatus: number;
  /** Whether a call that ended so may be sent again if it has no side effects. */
  readonly retryable: boolean;
}

/** All statuses, indexed by code. */
export const statuses: readonly Status[] = Object.freeze(
  rows.map(([name, httpStatus, retryable], code) => Object.freeze({ code, name, httpStatus, retryable })),
);

/** Code by name, e.g. `statusCode.NOT_FOUND` is 5. */
export const statusCode = Object.freeze(Object.fromEntries(statuses.map(({ name, code }) => [name, code]))) as Readonly<
  Record<StatusName, number>
>;

/**
 * The row of a code. A number outside the table, which a server may send, reads as UNKNOWN in name and HTTP status but
 * keeps its number.
 */
export function statusOf(code: number): Status {
  return statuses[code] ?? { code, name: 'UNKNOWN', httpStatus: 500, retryable: false };
}
