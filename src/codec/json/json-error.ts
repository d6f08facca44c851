/**
 * A JSON text is well-formed but does not fit its message. The message is protobuf-go's, complete: prefix, position of
 * the offending token, what was found there. Answered as INVALID_ARGUMENT; quotes only what the caller sent.
 */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}
