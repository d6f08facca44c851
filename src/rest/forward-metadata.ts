import type { IncomingMessage } from 'node:http';

import { peerAddressOf } from '../http/client-address.ts';
import { GatewayError, type Metadata } from '../call/gateway-error.ts';

import { canonicalName } from './header-fields.ts';

/**
 * Headers that go upstream as `grpcgateway-<name>`: the permanent ones of the IANA registry, as grpc-gateway lists them.
 * https://www.iana.org/assignments/http-fields/http-fields.xhtml
 */
const permanent: ReadonlySet<string> = new Set(
  (
    'accept accept-charset accept-language accept-ranges authorization cache-control content-type cookie date expect ' +
    'from host if-match if-modified-since if-none-match if-schedule-tag-match if-unmodified-since max-forwards origin ' +
    'pragma referer user-agent via warning'
  ).split(' '),
);

/** Names that belong to gRPC or HTTP/2 itself; sending one could break the connection. They are never sent, whoever asks. */
const reserved: ReadonlySet<string> = new Set(
  (
    'connection content-length content-type grpc-encoding grpc-message grpc-message-type grpc-status grpc-timeout host keep-alive ' +
    'proxy-connection te transfer-encoding upgrade user-agent'
  ).split(' '),
);

/** Names that node's HTTP/2 sends once at most (those of its single-value headers that can get here); the first one wins. */
const single: ReadonlySet<string> = new Set(
  (
    'age authorization content-encoding content-language content-location content-md5 content-range date dnt etag expires ' +
    'from if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards ' +
    'proxy-authorization range referer retry-after tk upgrade-insecure-requests x-content-type-options'
  ).split(' '),
);

const prefix = 'grpc-metadata-';
const validKey = /^[0-9a-z._-]*$/;
const printable = /^[ -~]*$/;

/**
 * The metadata that a request's headers become, as grpc-gateway 2.30 made it: `Grpc-Metadata-X` as `x`, `Authorization`
 * as it is, the permanent headers under `grpcgateway-`, and who forwarded the request. Header lines stay apart and in
 * order. Values that gRPC cannot carry are dropped, as since 2.33.
 *
 * Throws INVALID_ARGUMENT for a `-Bin` header that is not base64.
 */
export function forwardMetadata(request: IncomingMessage): Metadata {
  const metadata: (readonly [string, string | Uint8Array])[] = [];
  const forwardedFor: string[] = [];
  let forwardedHost = '';
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (name === 'x-forwarded-for') forwardedFor.push(value);
    else if (name === 'x-forwarded-host') forwardedHost ||= value;
    else forwardHeader(metadata, name, value);
  }
  const host = forwardedHost || (request.headers.host ?? '');
  if (host !== '' && printable.test(host)) metadata.push(['x-forwarded-host', host]);
  const peer = peerAddressOf(request) ?? '';
  const hops = printable.test(forwardedFor.join()) ? forwardedFor : [];
  metadata.push(['x-forwarded-for', [...hops, peer].join(', ')]);
  const seen = new Set<string>();
  return metadata.filter(([key]) => !single.has(key) || (!seen.has(key) && seen.add(key)));
}

function forwardHeader(metadata: (readonly [string, string | Uint8Array])[], name: string, value: string): void {
  if (name.startsWith(prefix)) {
    forwardExplicit(metadata, name, value);
  } else if (permanent.has(name) && name !== 'host' && printable.test(value)) {
    if (name === 'authorization') metadata.push([name, value]);
    metadata.push([`grpcgateway-${name}`, value]);
  }
}

function forwardExplicit(metadata: (readonly [string, string | Uint8Array])[], name: string, value: string): void {
  const key = name.slice(prefix.length);
  const decoded = key.endsWith('-bin') ? decodeBinary(name, value) : value;
  if (!validKey.test(key) || reserved.has(key)) return;
  if (typeof decoded !== 'string' || printable.test(decoded)) metadata.push([key, decoded]);
}

function decodeBinary(name: string, value: string): Uint8Array {
  const badAt = firstBadBase64(value);
  if (badAt !== undefined) {
    const message = `invalid binary header ${canonicalName(name)}: illegal base64 data at input byte ${badAt}`;
    throw new GatewayError('INVALID_ARGUMENT', message);
  }
  return Buffer.from(value, 'base64');
}

/**
 * Where Go's decoder of standard base64 stops: padded when the length is a multiple of four, else unpadded. undefined when
 * it does not.
 */
function firstBadBase64(text: string): number | undefined {
  const isPadded = text.length % 4 === 0;
  const digits = isPadded ? text.replace(/={1,2}$/, '') : text;
  const bad = digits.search(/[^A-Za-z0-9+/]/);
  if (bad >= 0) return bad;
  return digits.length % 4 === 1 ? digits.length - 1 : undefined;
}
