/** The text is not base64url; `offset` is the byte that Go's decoder names. */
export class Base64UrlError extends Error {
  override readonly name = 'Base64UrlError';
  readonly offset: number;

  constructor(offset: number) {
    super(`illegal base64 data at input byte ${offset}`);
    this.offset = offset;
  }
}

/**
 * Decodes unpadded base64url (RFC 7515, section 2, https://www.rfc-editor.org/rfc/rfc7515#section-2) as Go does: any
 * foreign character is an error, padding too, but unused bits at the end may have any value.
 * Throws Base64UrlError. Node's own decoder skips what it does not know, hence the check before it.
 */
export function decodeBase64Url(text: string): Buffer {
  for (let index = 0; index < text.length; index++) {
    if (isInAlphabet[text.charCodeAt(index)] !== 1) throw new Base64UrlError(index);
  }
  // A last group of one character holds six bits, which are no byte.
  if (text.length % 4 === 1) throw new Base64UrlError(text.length - 1);
  return Buffer.from(text, 'base64url');
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const isInAlphabet = new Uint8Array(256);
for (const character of alphabet) isInAlphabet[character.charCodeAt(0)] = 1;
