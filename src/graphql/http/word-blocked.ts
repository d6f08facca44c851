/** What the server says of a request that it turned away before this surface saw it. */
interface Blocked {
  readonly httpStatus: number;
  readonly message: string;
}

/** The response to requests that the gate in front of GraphQL turns away: an error as of any operation, without data. */
export function wordBlocked({ httpStatus, message }: Blocked, requestId: string): string {
  const code = httpStatus === 415 ? 'BAD_REQUEST' : 'FORBIDDEN';
  return JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
}
