import { tokenError } from '../credentials-error.ts';
import type { JsonObject } from '../parse-json-object.ts';
import type { VerifiedToken } from '../token-verifier.ts';

/** From when until when a token is good, in milliseconds since 1970. */
export type Validity = Pick<VerifiedToken, 'validFromMs' | 'validUntilMs'>;

/**
 * Checks `exp` and `nbf` (RFC 7519, 4.1.4 and 4.1.5, https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4) as golang-jwt
 * does: both optional, numbers only, fractions of a second cut off, no leeway, both judged before either is reported.
 * Other claims are not looked at. Two deliberate differences: `exp: 0` is long past (golang-jwt takes it for absent), and
 * an `nbf` beyond Go's 64-bit seconds is in the future (there it wraps around into the past).
 * Throws the GatewayError of a bad token.
 */
export function checkTimes(claims: JsonObject, nowMs: number): Validity {
  const problems: TimeProblem[] = [];
  const expiry = readSeconds(claims, 'exp', problems);
  if (expiry !== undefined && (nowMs >= expiry * 1000 || expiry >= unreachableSecond)) problems.push(expired);
  const notBefore = readSeconds(claims, 'nbf', problems);
  if (notBefore !== undefined && nowMs < notBefore * 1000) problems.push(notYetValid);
  const [first] = problems;
  if (first !== undefined) {
    const texts = problems.map(({ text }) => text).join(', ');
    throw tokenError(first.reason, `token has invalid claims: ${texts}`);
  }
  return {
    validFromMs: notBefore === undefined ? Number.NEGATIVE_INFINITY : notBefore * 1000,
    validUntilMs: expiry === undefined ? Number.POSITIVE_INFINITY : expiry * 1000,
  };
}

interface TimeProblem {
  readonly reason: 'CLAIM_INVALID' | 'TOKEN_EXPIRED' | 'TOKEN_NOT_YET_VALID';
  readonly text: string;
}

const expired: TimeProblem = { reason: 'TOKEN_EXPIRED', text: 'token is expired' };
const notYetValid: TimeProblem = { reason: 'TOKEN_NOT_YET_VALID', text: 'token is not valid yet' };

/** Go counts 64-bit seconds from the year 1; from this second after 1970 on, the count overflows and is in the past. */
const unreachableSecond = 2 ** 63 - 62_135_596_800;

function readSeconds(claims: JsonObject, name: 'exp' | 'nbf', problems: TimeProblem[]): number | undefined {
  if (!(name in claims)) return undefined;
  const value = claims[name];
  if (typeof value === 'number') return Math.floor(value);
  problems.push({ reason: 'CLAIM_INVALID', text: `invalid type for claim: ${name} is invalid` });
  return undefined;
}
