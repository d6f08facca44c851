/**
 * Why a message could not be turned into JSON or a value.
 * `malformed`: the bytes are not protobuf wire format, end early, nest too deeply, or lack a required field.
 * `invalid-utf8`: a string holds bytes that are not UTF-8.
 * `unmarshalable`: the bytes are fine, but a well-known type holds a value that has no JSON form.
 */
export type WireErrorKind = 'malformed' | 'invalid-utf8' | 'unmarshalable';

/**
 * A message from upstream that has no JSON form. `message` is protobuf-go's text without its `proto: ` prefix, which
 * belongs to the style and is never written for `invalid-utf8`.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly kind: WireErrorKind;

  constructor(kind: WireErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Builds the error for bytes that are not wire format. */
export function malformedWire(): WireError {
  return new WireError('malformed', 'cannot parse invalid wire-format data');
}

/** Builds the error for messages nested deeper than `MAX_DEPTH`, or deeper than the stack allows. */
export function tooDeep(): WireError {
  return new WireError('malformed', 'exceeded maximum recursion depth');
}

/** Builds the error for a message without one of its required fields, which `field` is the full name of. */
export function missingRequired(field: string): WireError {
  return new WireError('malformed', `required field ${field} not set`);
}

/** Builds the error for a string that is not UTF-8. */
export function invalidUtf8(): WireError {
  return new WireError('invalid-utf8', 'string field contains invalid UTF-8');
}

/** Builds the error for a well-known type whose value has no JSON form; `reason` is protobuf-go's text. */
export function unmarshalable(reason: string): WireError {
  return new WireError('unmarshalable', reason);
}
