import type { IncomingMessage } from 'node:http';

import type { Metadata } from '../call/gateway-error.ts';

/** What HTTP, Connect and gRPC keep to themselves. None of it is a caller's or an upstream's metadata. */
const reserved =
  /^(?::|connect-|grpc-|trailer-|x-grpc-web$|x-user-agent$|access-control-|accept-encoding$|authorization$|connection$|content-(?:encoding|length|type)$|cookie$|date$|expect$|host$|keep-alive$|proxy-|set-cookie$|te$|trailer$|transfer-encoding$|upgrade$|user-agent$|x-api-key$)/;

const validKey = /^[0-9a-z._-]+$/;

/** Printable ASCII, which is all that metadata may hold as text. */
const printable = /^[ -~]*$/;

/** The metadata that a request's headers are: all but what a protocol keeps to itself; `-bin` values are bytes in base64. */
export function readMetadata({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): Metadata {
  const metadata: [string, string | Uint8Array][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const key = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (reserved.test(key) || !validKey.test(key) || !printable.test(value)) continue;
    if (!key.endsWith('-bin')) metadata.push([key, value]);
    else for (const part of value.split(',')) metadata.push([key, Buffer.from(part.trim(), 'base64')]);
  }
  return metadata;
}

/** Metadata as header fields, one per value; what could not stand in a field, or would end it early, is left out. */
export function writeMetadata(metadata: Metadata, prefix = ''): Record<string, string[]> {
  const fields: Record<string, string[]> = Object.create(null);
  for (const [key, value] of metadata) {
    if (reserved.test(key) && key !== 'grpc-status-details-bin') continue;
    const text = typeof value === 'string' ? value : Buffer.from(value).toString('base64').replace(/=+$/, '');
    if (!validKey.test(key) || !printable.test(text)) continue;
    const values = fields[prefix + key];
    if (values === undefined) fields[prefix + key] = [text];
    else values.push(text);
  }
  return fields;
}
