import type { Metadata } from '../call/gateway-error.ts';

import { canonicalName, fieldValueOf } from './header-fields.ts';

/** Renders metadata as field lines, one per value, in the byte order of their names; text of one character per byte. */
type RenderMetadata = (metadata: Metadata) => string;

/**
 * What gRPC keeps to itself. grpc-go does not show these to grpc-gateway either, so REST clients have never seen them.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
const reserved: ReadonlySet<string> = new Set(
  'grpc-encoding grpc-message grpc-message-type grpc-status grpc-timeout te user-agent'.split(' '),
);

/** Metadata names are chosen by the upstream; this many different ones are remembered, the rest computed. */
const rememberedNames = 1_000;

function createMetadataRenderer(prefix: string): RenderMetadata {
  const fieldNames = new Map<string, string>();
  const fieldNameOf = (key: string): string => {
    let name = fieldNames.get(key);
    if (name === undefined) {
      name = isHidden(key) ? '' : prefix + canonicalName(key);
      if (fieldNames.size < rememberedNames) fieldNames.set(key, name);
    }
    return name;
  };
  return (metadata) => {
    if (metadata.length === 0) return '';
    if (metadata.length === 1) {
      const [key, value] = metadata[0]!;
      const name = fieldNameOf(key);
      return name === '' ? '' : `${name}: ${fieldValueOf(value)}\r\n`;
    }
    const named = metadata.map(([key, value]) => [fieldNameOf(key), value] as const);
    // Stable, so that the values of one name keep their order.
    named.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    let lines = '';
    for (const [name, value] of named) if (name !== '') lines += `${name}: ${fieldValueOf(value)}\r\n`;
    return lines;
  };
}

/** Renders initial metadata as `Grpc-Metadata-*` fields. */
export const renderHeader = createMetadataRenderer('Grpc-Metadata-');

/** Renders trailing metadata as `Grpc-Trailer-*` fields, for after the last chunk. */
export const renderTrailer = createMetadataRenderer('Grpc-Trailer-');

/** The `Trailer` fields that announce what `renderTrailer` will write, one per name. */
export function announceTrailer(metadata: Metadata): string {
  const keys = new Set(metadata.map(([key]) => key).filter((key) => !isHidden(key)));
  return Array.from(keys, (key) => `Trailer: Grpc-Trailer-${canonicalName(key)}\r\n`).join('');
}

function isHidden(key: string): boolean {
  return key.startsWith(':') || reserved.has(key);
}
