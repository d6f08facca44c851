import { type Fetch, FetchError, fetchJson } from '../provider-fetch.ts';

/** What an issuer says about itself; nothing of it has been checked but the name. */
export interface IssuerMetadata {
  readonly issuer: string;
  readonly [name: string]: unknown;
}

/**
 * Asks an issuer about itself (OpenID Connect Discovery 1.0, 4, https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig).
 * The document must name the very issuer that was asked (4.3): who can put another one's document there must not speak
 * for it. Rejects with FetchError.
 */
export async function discoverIssuer(issuer: string, fetch: Fetch): Promise<IssuerMetadata> {
  const url = discoveryUrlOf(issuer);
  const document = (await fetchJson(url, fetch)) as { readonly issuer?: unknown } | null;
  if (document?.issuer !== issuer) {
    throw new FetchError(
      `${url} is about the issuer ${JSON.stringify(document?.issuer)}; expected "${issuer}", to the letter`,
    );
  }
  return document as IssuerMetadata;
}

/** Where an issuer's metadata is. */
export function discoveryUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}
