import type { JsonStyle } from '../codec/json/json-style.ts';
import { statusCode } from '../call/status.ts';

/** What the server says of a request that it turned away before this surface saw it. */
interface Blocked {
  readonly httpStatus: number;
  readonly message: string;
}

/**
 * Compiles the error body for requests that the gate in front of REST turns away: the shape that clients read any error
 * from. A wrong content type is an invalid argument, everything else is not permitted.
 */
export function compileWordBlocked(style: JsonStyle): (blocked: Blocked) => string {
  const space = style === 'spaced' ? ' ' : '';
  return ({ httpStatus, message }) => {
    const code = httpStatus === 415 ? statusCode.INVALID_ARGUMENT : statusCode.PERMISSION_DENIED;
    return `{"code":${code},${space}"message":${JSON.stringify(message)},${space}"details":[]}`;
  };
}
