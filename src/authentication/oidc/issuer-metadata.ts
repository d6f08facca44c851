import { type Fetch, FetchError, fetchJson, type ProviderUrlOptions, providerUrlProblem } from '../provider-fetch.ts';
import type { AuthorizationServer } from './authorization-server.ts';

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

/**
 * Reads where people log in out of an issuer's metadata. Whoever gets to say where people type their passwords, or where codes
 * are sent, could be anybody, so these addresses are held to the same rules as the issuer's own.
 * Throws FetchError when one is missing or must not be used; without the one where tokens are ended, they end by themselves.
 */
export function readAuthorizationServer(metadata: IssuerMetadata, options: ProviderUrlOptions): AuthorizationServer {
  const { issuer } = metadata;
  const endpoint = (name: string): string => {
    const value = metadata[name];
    if (typeof value !== 'string') {
      throw new FetchError(`${discoveryUrlOf(issuer)} does not tell where people log in: "${name}" is missing`);
    }
    const problem = providerUrlProblem(value, options);
    if (problem !== undefined) throw new FetchError(`${discoveryUrlOf(issuer)}: the "${name}" ${problem}`);
    return value;
  };
  const revocation = metadata['revocation_endpoint'];
  const canRevoke = typeof revocation === 'string' && providerUrlProblem(revocation, options) === undefined;
  const algorithms = metadata['id_token_signing_alg_values_supported'];
  return Object.freeze({
    issuer,
    authorization_endpoint: endpoint('authorization_endpoint'),
    token_endpoint: endpoint('token_endpoint'),
    ...(canRevoke && { revocation_endpoint: revocation }),
    authorization_response_iss_parameter_supported: metadata['authorization_response_iss_parameter_supported'] === true,
    ...(isListOfTexts(algorithms) && { id_token_signing_alg_values_supported: algorithms }),
  });
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
