import { type Fetch, FetchError, fetchJson } from '../fetch-bounded.ts';
import { providerUrlProblem } from '../provider-url.ts';
import { importKeyRing, type KeyRing } from './key-ring.ts';

/** Where the keys of an issuer are. */
export interface LoadKeysOptions {
  /** Exactly as in the claim `iss` of its tokens. */
  readonly issuer: string;
  /** The address of its key set; undefined: the issuer tells it (OpenID Connect Discovery). */
  readonly jwksUri: string | undefined;
  readonly algorithms: readonly string[];
  /** Must be bounded. */
  readonly fetch: Fetch;
  readonly allowHttp: boolean;
}

/** What fetches the keys of an issuer, as often as it is called. It rejects when the issuer does not tell them. */
export function createLoadKeys({
  issuer,
  jwksUri,
  algorithms,
  fetch,
  allowHttp,
}: LoadKeysOptions): () => Promise<KeyRing> {
  /** Kept as long as it works: it hardly ever changes, and asking would double the requests. */
  let known = jwksUri;
  return async () => {
    const uri = known ?? (await discoverKeys(issuer, fetch, allowHttp));
    known = jwksUri;
    const ring = await importKeyRing(await fetchJson(uri, fetch), algorithms);
    known = uri;
    return ring;
  };
}

/**
 * Asks an issuer where its keys are (OpenID Connect Discovery 1.0, 4, https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig).
 * The document must name the very issuer that was asked (4.3): who can put another one's document there must not speak
 * for it. Rejects with FetchError.
 */
async function discoverKeys(issuer: string, fetch: Fetch, allowHttp: boolean): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = (await fetchJson(url, fetch)) as { readonly issuer?: unknown; readonly jwks_uri?: unknown } | null;
  if (document?.issuer !== issuer) {
    throw new FetchError(
      `${url} is about the issuer ${JSON.stringify(document?.issuer)}; expected "${issuer}", to the letter`,
    );
  }
  const { jwks_uri: uri } = document;
  if (typeof uri !== 'string') throw new FetchError(`${url} does not tell where the keys are: "jwks_uri" is missing`);
  const problem = providerUrlProblem(uri, { allowHttp });
  if (problem !== undefined) throw new FetchError(`${url}: the "jwks_uri" ${problem}`);
  return uri;
}
