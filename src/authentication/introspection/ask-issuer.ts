import {
  allowInsecureRequests,
  type AuthorizationServer,
  ClientSecretBasic,
  customFetch,
  introspectionRequest,
  processIntrospectionResponse,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';

import { type Fetch, FetchError } from '../provider-fetch.ts';
import { type JsonObject, parseJsonObject } from '../parse-json-object.ts';

/** The issuer that is asked about tokens, and the client that asks. */
export interface AskIssuerOptions {
  /** The introspection endpoint (RFC 7662, 2). */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Must be bounded. */
  readonly fetch: Fetch;
}

/** Resolves to what the issuer says about a token: frozen, without prototypes; `active` is true or false. Rejects when it says nothing. */
export type AskIssuer = (token: string) => Promise<JsonObject>;

/**
 * Asks an issuer about tokens by introspection (RFC 7662, https://www.rfc-editor.org/rfc/rfc7662#section-2), as a client that shows its
 * secret by HTTP Basic authentication (RFC 6749, 2.3.1), which every issuer must take.
 */
export function createAskIssuer({ url, clientId, clientSecret, fetch }: AskIssuerOptions): AskIssuer {
  // Only signed answers would need the issuer's name, and none are asked for.
  const issuer: AuthorizationServer = { issuer: new URL(url).origin, introspection_endpoint: url };
  const client = { client_id: clientId };
  const authentication = ClientSecretBasic(clientSecret);
  const options = {
    [customFetch]: (target: string, init: object) => fetch(target, init),
    // Which URLs may be http was decided when the settings were read.
    [allowInsecureRequests]: true,
    // Many issuers answer `active` for refresh tokens too; with the hint they look for access tokens first.
    additionalParameters: { token_type_hint: 'access_token' },
  };
  return async (token) => {
    try {
      const response = await introspectionRequest(issuer, client, authentication, token, options);
      const answer = await processIntrospectionResponse(issuer, client, response);
      return parseJsonObject(Buffer.from(JSON.stringify(answer)), 'object');
    } catch (error) {
      throw await describeFailure(url.split('?', 1)[0]!, error);
    }
  };
}

/** Says what an operator can mend: usually the issuer does not know our client, or its secret (RFC 6749, 5.2). */
async function describeFailure(url: string, error: unknown): Promise<unknown> {
  if (!(error instanceof ResponseBodyError || error instanceof WWWAuthenticateChallengeError)) return error;
  const said = error instanceof ResponseBodyError ? error.error : await errorCodeIn(error.response);
  return new FetchError(`${url} answers ${error.status}${said === undefined ? '' : ` "${said}"`}`);
}

/** A challenge of the scheme Basic has no code in it, but the body has. */
async function errorCodeIn(response: Response): Promise<string | undefined> {
  try {
    const { error } = (await response.json()) as { readonly error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    // Whatever it is, it says nothing that we could read.
    return undefined;
  }
}
