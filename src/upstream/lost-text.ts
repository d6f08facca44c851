import { Metadata } from '@grpc/grpc-js';

/** What stands in the place of an error text that did not arrive. */
export const lostText = 'the upstream gave no text, or one that was lost on the way since it ends with a space';

/**
 * Has errors whose text did not arrive say so, where grpc-js would leave the text empty. Does nothing the second time.
 *
 * Cuebot sends a few texts that end with a space. Node drops such a header field as malformed (RFC 9113, 8.2.1), and grpc-js
 * cannot tell it from an empty one, which stays empty. This is where grpc-js reads header fields; it has no hook for them.
 * Delete it when all supported versions of Node have `strictFieldWhitespaceValidation: false` and grpc-js passes it on.
 */
export function markLostTexts(): void {
  const read = Metadata.fromHttp2Headers;
  if (marked.has(read)) return;
  Metadata.fromHttp2Headers = (headers) => {
    const { 'grpc-status': status, 'grpc-message': text } = headers;
    const isLost = status !== undefined && status !== '0' && text === undefined;
    return read.call(Metadata, isLost ? { ...headers, 'grpc-message': encodeURI(lostText) } : headers);
  };
  marked.add(Metadata.fromHttp2Headers);
}

const marked = new WeakSet<typeof Metadata.fromHttp2Headers>();
