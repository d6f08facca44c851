import { Metadata } from '@grpc/grpc-js';

/** What stands in the place of an error text that did not arrive. */
export const lostText = 'the upstream gave no text, or one that was lost on the way since it ends with a space';

type Http2Headers = Parameters<typeof Metadata.fromHttp2Headers>[0];

/**
 * Has grpc-js read the header fields of odd answers as grpc-go does. Does nothing the second time.
 *
 * This is where grpc-js reads header fields; it has no hook for them. Each of the three functions below says what it is
 * there for, and can go when grpc-js does it by itself.
 */
export function mendResponseHeaders(): void {
  const read = Metadata.fromHttp2Headers;
  if (mended.has(read)) return;
  Metadata.fromHttp2Headers = (headers) => {
    const status = headers['grpc-status'];
    if (status === undefined) refuseForeignContent(headers);
    else if (status !== '0') {
      return read.call(Metadata, { ...headers, 'grpc-status': mendStatus(status), 'grpc-message': mendText(headers) });
    }
    return read.call(Metadata, headers);
  };
  mended.add(Metadata.fromHttp2Headers);
}

const mended = new WeakSet<typeof Metadata.fromHttp2Headers>();

/**
 * Throws for an answer that is well but no gRPC, such as a proxy's page: grpc-js would read the page as messages. What is
 * thrown here, grpc-js tells as UNKNOWN. Requests, trailers and answers of other statuses pass.
 */
function refuseForeignContent({ ':status': httpStatus, 'content-type': contentType }: Http2Headers): void {
  if (Number(httpStatus) !== 200 || contentType?.startsWith('application/grpc') === true) return;
  throw new Error(
    contentType === undefined
      ? 'malformed header: missing HTTP content-type'
      : `transport: received unexpected content-type ${JSON.stringify(contentType)}`,
  );
}

/** A status that is no number means UNKNOWN; grpc-js would make NaN of it, and OK of an empty one. */
function mendStatus(status: string | string[]): string {
  const text = String(status);
  return decimal.test(text) ? text : '2';
}

const decimal = /^[+-]?\d+$/;

/**
 * An error's text, encoded in such a way that grpc-js decodes it rightly.
 *
 * Cuebot sends a few texts that end with a space. Node drops such a header field as malformed (RFC 9113, 8.2.1), and grpc-js
 * cannot tell it from an empty one, which stays empty. That can go when all supported versions of Node have
 * `strictFieldWhitespaceValidation: false` and grpc-js passes it on. And grpc-js decodes neither `%2F`, nor anything where one
 * escape is broken (https://grpc.github.io/grpc/core/md_doc__p_r_o_t_o_c_o_l-_h_t_t_p2.html: such ones are left as they are).
 */
function mendText({ 'grpc-message': sent }: Http2Headers): string {
  if (sent === undefined) return encodeURI(lostText);
  const text = String(sent);
  return text.includes('%') ? encodeURI(decodePercents(text)) : text;
}

function decodePercents(text: string): string {
  const escaped = text.replace(percentEscape, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  // Node reads each byte of a header field as one character.
  return Buffer.from(escaped, 'latin1').toString('utf8');
}

const percentEscape = /%([0-9A-Fa-f]{2})/g;
