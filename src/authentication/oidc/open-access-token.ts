import { JsonSyntaxError } from '../../codec/json/json-scanner.ts';

import { bearerError } from '../credentials-error.ts';
import { type JsonObject, JsonTypeError, parseJsonObject } from '../parse-json-object.ts';

/** A token that was opened and is not proven yet. */
export interface OpenedToken {
  readonly algorithm: string;
  /** Which key the token says it was signed with; nothing but a name to look up. */
  readonly kid: string | undefined;
  /** Not proven: good for choosing the issuer to ask, and for nothing else. */
  readonly claims: JsonObject;
  /** Whether it calls itself an access token (RFC 9068, 2.1). */
  readonly isAccessToken: boolean;
}

/** Longer ones are no tokens; 8 kB is what proxies take as a header, and 200 groups fit in. */
export const maxTokenLength = 8_192;

/**
 * A JWS in compact form (RFC 7515, 7.1). jose takes white space and padding inside the segments as well, and a token with
 * several spellings escapes every list that holds one of them.
 */
const compactForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Whether a text has the form of a JWT, signed or encrypted: two dots at least. An opaque token has not. */
export function looksLikeJwt(token: string): boolean {
  const firstDot = token.indexOf('.');
  return firstDot >= 0 && token.includes('.', firstDot + 1);
}

/**
 * Opens a token and checks what can be known without a key, so that nothing questionable gets near one. Header members that
 * bring or fetch keys (`jwk`, `jku`, `x5c`, `x5u`) are never looked at: keys come from the configured issuer alone.
 * Some good providers send them, hence they are no reason to refuse.
 * Throws the GatewayError of a bad token.
 */
export function openAccessToken(token: string, algorithms: readonly string[]): OpenedToken {
  if (token.length > maxTokenLength) throw bearerError('TOKEN_TOO_LONG', `${token.length} characters`);
  if (!compactForm.test(token)) throw bearerError('TOKEN_MALFORMED', 'it is not in the compact form of a JWS');
  const [first = '', second = '', third = ''] = token.split('.', 3);
  // Nothing covers the unused bits at the end of the signature, so they would be another way to spell the same token.
  if (Buffer.from(third, 'base64url').toString('base64url') !== third) {
    throw bearerError('TOKEN_MALFORMED', 'its signature has unused bits set');
  }
  const header = parseSegment(first, 'header');
  const { alg, kid, typ } = header;
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    throw bearerError('ALGORITHM_NOT_ALLOWED', `its "alg" is ${JSON.stringify(alg)}`);
  }
  // RFC 7515, 4.1.11: what is critical and not understood must be refused; nothing is understood.
  if ('crit' in header || 'b64' in header) throw bearerError('EXTENSION_NOT_SUPPORTED', 'it has "crit" or "b64"');
  if (kid !== undefined && typeof kid !== 'string') throw bearerError('TOKEN_MALFORMED', 'its "kid" is no text');
  const type = readType(typ);
  return { algorithm: alg, kid, claims: parseSegment(second, 'claims'), isAccessToken: type === 'at+jwt' };
}

/** The claim `iss`, to find out whose token it is; undefined when there is none. Never throws, proves nothing. */
export function peekIssuer(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.', 2)[1] ?? '', 'base64url').toString());
    const issuer = (claims as { readonly iss?: unknown } | null)?.iss;
    return typeof issuer === 'string' ? issuer : undefined;
  } catch {
    return undefined;
  }
}

function parseSegment(segment: string, part: string): JsonObject {
  const bytes = Buffer.from(segment, 'base64url');
  try {
    const parsed = parseJsonObject(bytes, 'object');
    assertUniqueNames(bytes.toString());
    return parsed;
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError || cause instanceof JsonTypeError || cause instanceof DuplicateNameError)) {
      throw cause;
    }
    throw bearerError('TOKEN_MALFORMED', `its ${part}: ${cause.message}`);
  }
}

/**
 * RFC 9068, 2.1 wants `at+jwt`; Keycloak, Entra and Okta say `JWT` or nothing. Whatever else a token calls itself, it was
 * made for something else (RFC 8725, 3.11, https://www.rfc-editor.org/rfc/rfc8725#section-3.11). The prefix may be left out (RFC 7515, 4.1.9).
 */
function readType(typ: unknown): string {
  if (typ === undefined) return 'jwt';
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
  if (type !== 'jwt' && type !== 'at+jwt')
    throw bearerError('NOT_AN_ACCESS_TOKEN', `its "typ" is ${JSON.stringify(typ)}`);
  return type;
}

/** An object names a member twice. */
class DuplicateNameError extends Error {
  override readonly name = 'DuplicateNameError';
}

/** Strings and punctuation; what stands between them cannot be a name. */
const stringOrPunctuator = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * Asserts that no object names a member twice, at any depth. Of equal names JSON.parse takes the last and other parsers the
 * first, so that two readers of one token may see two users; RFC 7519, 4 (https://www.rfc-editor.org/rfc/rfc7519#section-4) lets us
 * refuse. The text must be known to be JSON. Throws DuplicateNameError.
 */
function assertUniqueNames(text: string): void {
  const open: Set<string>[] = [];
  let lastString = '';
  for (const [found] of text.matchAll(stringOrPunctuator)) {
    if (found === '{' || found === '[') {
      open.push(new Set());
    } else if (found === '}' || found === ']') {
      open.pop();
    } else if (found === ':') {
      // Escapes spell one name in many ways.
      const name = JSON.parse(lastString) as string;
      const names = open.at(-1)!;
      if (names.has(name)) throw new DuplicateNameError(`the member ${lastString} is there twice`);
      names.add(name);
    } else {
      lastString = found;
    }
  }
}
