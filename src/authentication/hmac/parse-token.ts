import { JsonSyntaxError } from '../../codec/json/json-scanner.ts';

import { tokenError } from '../credentials-error.ts';
import { type JsonObject, JsonTypeError, parseJsonObject } from '../parse-json-object.ts';
import { hmacHashes } from './sign-token.ts';

/** A token of the shared secret that was opened and is not proven yet. */
export interface ParsedToken {
  readonly claims: JsonObject;
  /** The text that the signature is about. */
  readonly signed: string;
  readonly signature: Buffer;
  /** The hash below the signature, as node:crypto names it. */
  readonly hash: string;
}

/**
 * Opens a token's three segments (RFC 7515, 7.1, https://www.rfc-editor.org/rfc/rfc7515#section-7.1), in the order and with the words of
 * golang-jwt 5.3.1. The algorithm's name is judged before the signature's text, as it does.
 * Throws the GatewayError of a bad token.
 */
export function parseToken(token: string): ParsedToken {
  const [first, second, third, ...rest] = token.split('.', 4);
  if (first === undefined || second === undefined || third === undefined || rest.length > 0) {
    throw malformed('token contains an invalid number of segments');
  }
  const header = parseSegment(first, 'header', 'map[string]interface {}');
  const claims = parseSegment(second, 'claim', 'jwt.MapClaims');
  assertKnownAlgorithm(header);
  const signature = decodeSegment(third, 'signature');
  return { claims, signed: `${first}.${second}`, signature, hash: hashOf(header) };
}

function parseSegment(segment: string, part: string, goType: string): JsonObject {
  const bytes = decodeSegment(segment, part);
  try {
    return parseJsonObject(bytes, goType);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof JsonTypeError)) throw error;
    throw malformed(`could not JSON decode ${part}: ${error.message}`);
  }
}

/**
 * Decodes unpadded base64url (RFC 7515, 2, https://www.rfc-editor.org/rfc/rfc7515#section-2) as Go does: any foreign character
 * is an error, padding too, but unused bits at the end may have any value. Node's own decoder skips what it does not know,
 * hence the check before it.
 */
function decodeSegment(segment: string, part: string): Buffer {
  const refuse = (offset: number) =>
    malformed(`could not base64 decode ${part}: illegal base64 data at input byte ${offset}`);
  for (let index = 0; index < segment.length; index += 1) {
    if (isInAlphabet[segment.charCodeAt(index)] !== 1) throw refuse(index);
  }
  // A last group of one character holds six bits, which are no byte.
  if (segment.length % 4 === 1) throw refuse(segment.length - 1);
  return Buffer.from(segment, 'base64url');
}

function malformed(text: string) {
  return tokenError('TOKEN_MALFORMED', `token is malformed: ${text}`);
}

/** The algorithms of golang-jwt. Those of other keys are refused later than unknown ones, and with another text. */
const knownAlgorithms: ReadonlySet<unknown> = new Set([
  ...hmacHashes.keys(),
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'none'],
]);

function assertKnownAlgorithm({ alg }: JsonObject): void {
  if (typeof alg !== 'string') throw unverifiable('signing method (alg) is unspecified');
  if (!knownAlgorithms.has(alg)) throw unverifiable('signing method (alg) is unavailable');
}

/** Only a hash may come out of here: `none` or a public-key algorithm never reaches the secret. */
function hashOf({ alg }: JsonObject): string {
  const hash = hmacHashes.get(alg as string);
  if (hash === undefined) throw unverifiable(`error while executing keyfunc: Unexpected signing method: ${alg}`);
  return hash;
}

function unverifiable(text: string) {
  return tokenError('TOKEN_UNVERIFIABLE', `token is unverifiable: ${text}`);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const isInAlphabet = new Uint8Array(256);
for (const character of alphabet) isInAlphabet[character.charCodeAt(0)] = 1;
