/**
 * The one table of gRPC status codes; REST, GraphQL, metrics and the documentation read it.
 * Names and numbers: https://grpc.github.io/grpc/core/md_doc_statuscodes.html.
 * HTTP statuses: as grpc-gateway v2 maps them, which OpenCue's REST clients rely on.
 */
const rows = [
  // name, HTTP status
  ['OK', 200],
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
] as const;

/** A status name as the gRPC specification spells it. */
export type StatusName = (typeof rows)[number][0];

/** One row of the table. */
export interface Status {
  readonly code: number;
  readonly name: StatusName;
  readonly httpStatus: number;
}

/** All statuses, indexed by code. */
export const statuses: readonly Status[] = Object.freeze(
  rows.map(([name, httpStatus], code) => Object.freeze({ code, name, httpStatus })),
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
  return statuses[code] ?? { code, name: 'UNKNOWN', httpStatus: 500 };
}
