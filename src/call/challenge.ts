import type { Challenge } from './gateway-error.ts';

/** Writes a challenge as the value of `WWW-Authenticate`. */
export type FormatChallenge = (challenge: Challenge) => string;

/**
 * Compiles challenges of the scheme `Bearer` (RFC 6750, 3, https://www.rfc-editor.org/rfc/rfc6750#section-3).
 * @param metadataUrl where clients find out whose tokens they need (RFC 9728, 5.1); undefined: nowhere
 */
export function compileChallenge(metadataUrl: string | undefined): FormatChallenge {
  const metadata = metadataUrl === undefined ? '' : `, resource_metadata="${metadataUrl}"`;
  return ({ error, description, scope }) =>
    `Bearer realm="cuegate"${parameter('error', error)}${parameter('error_description', description)}` +
    `${parameter('scope', scope)}${metadata}`;
}

/** What the RFC allows inside the quotes; nothing needs to be escaped then. */
const foreign = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;

function parameter(name: string, value: string | undefined): string {
  return value === undefined ? '' : `, ${name}="${value.replace(foreign, '?')}"`;
}
