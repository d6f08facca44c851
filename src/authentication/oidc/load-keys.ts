import { type Fetch, FetchError, fetchJson, providerUrlProblem } from '../provider-fetch.ts';
import { discoverIssuer, discoveryUrlOf, type IssuerMetadata } from './issuer-metadata.ts';
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
  /** Told what the issuer says about itself, whenever it had to be asked for that. */
  readonly onMetadata?: (metadata: IssuerMetadata) => void;
}

/** What fetches the keys of an issuer, as often as it is called. It rejects when the issuer does not tell them. */
export function createLoadKeys(options: LoadKeysOptions): () => Promise<KeyRing> {
  const { issuer, jwksUri, algorithms, fetch, allowHttp, onMetadata } = options;
  const discover = async (): Promise<string> => {
    const metadata = await discoverIssuer(issuer, fetch);
    onMetadata?.(metadata);
    return readKeysUri(metadata, allowHttp);
  };
  /** Kept as long as it works: it hardly ever changes, and asking would double the requests. */
  let known = jwksUri;
  return async () => {
    const uri = known ?? (await discover());
    known = jwksUri;
    const ring = await importKeyRing(await fetchJson(uri, fetch), algorithms);
    known = uri;
    return ring;
  };
}

/** Where an issuer says that its keys are. Throws FetchError. */
function readKeysUri({ issuer, jwks_uri: uri }: IssuerMetadata, allowHttp: boolean): string {
  const url = discoveryUrlOf(issuer);
  if (typeof uri !== 'string') throw new FetchError(`${url} does not tell where the keys are: "jwks_uri" is missing`);
  const problem = providerUrlProblem(uri, { allowHttp });
  if (problem !== undefined) throw new FetchError(`${url}: the "jwks_uri" ${problem}`);
  return uri;
}
