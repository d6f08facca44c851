import * as oauth from 'oauth4webapi';

import type { AuthorizationServer } from '../../../authentication/oidc/authorization-server.ts';
import type { PageLogin } from '../../login-settings.ts';

import { createSession, type Session } from './create-session.ts';
import { explainFailure, wantsInteraction } from './explain-failure.ts';
import { keepLoginScopes, keepPendingLogin, type PendingLogin, takePendingLogin } from '../session-storage.ts';

/** How a log-in is to go. */
export interface BeginOptions {
  readonly scopes: readonly string[];
  /** Those of them that the user cannot do without; none when not given. */
  readonly demandedScopes?: readonly string[];
  /**
   * What the issuer asks the user (OpenID Connect Core 1.0, 3.1.2.1): `none`, nothing; `login`, who they are, even if it knows.
   * Not given: what it finds necessary.
   */
  readonly prompt?: 'none' | 'login';
}

/** The two halves of a log-in: the page is left in between. Both reject with errors for the user. */
export interface LoginClient {
  /** Sends the user to the issuer. Never resolves; rejects when the browser cannot do what that takes. */
  begin(options: BeginOptions): Promise<never>;
  /**
   * Gets tokens for what the user came back with. Rejects when it does not fit a log-in that began in this tab. Resolves with
   * undefined when the issuer was to ask the user nothing, and would have had to.
   */
  finish(found: URLSearchParams): Promise<FinishedLogin | undefined>;
}

/** A log-in that has come to its end. */
export interface FinishedLogin {
  readonly session: Session;
  /** What was demanded and not given: an issuer may give less than it was asked for (RFC 6749, 3.3). */
  readonly withheldScopes: readonly string[];
}

/** Longer than anybody waits. */
const timeoutMs = 10_000;

/**
 * Logs in by the authorization code flow with PKCE as a public client (RFC 6749, 4.1; RFC 7636; after RFC 9700, 2.1,
 * https://www.rfc-editor.org/rfc/rfc9700#section-2.1): a code that somebody else gets hold of is worth nothing without what this
 * tab keeps, and one that somebody else puts into the page's address is refused, because its `state` is not this tab's.
 * The user comes back to the page's own address, without its query.
 */
export function createLoginClient(login: PageLogin & { readonly server: AuthorizationServer }): LoginClient {
  const { clientId, parameters, server } = login;
  const requests = createTokenRequests(login);

  const begin = async ({ scopes, demandedScopes = [], prompt }: BeginOptions): Promise<never> => {
    const [state, codeVerifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()];
    const nonce = scopes.includes('openid') ? oauth.generateRandomNonce() : undefined;
    const url = new URL(server.authorization_endpoint);
    const question = {
      ...parameters,
      client_id: clientId,
      redirect_uri: redirectUri(),
      response_type: 'code',
      scope: scopes.join(' '),
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(nonce !== undefined && { nonce }),
      ...(prompt !== undefined && { prompt }),
    };
    for (const [name, value] of Object.entries(question)) url.searchParams.set(name, value);
    keepPendingLogin({ state, nonce, codeVerifier, scopes, demandedScopes, isSilent: prompt === 'none' });
    location.assign(url);
    return new Promise<never>(() => undefined);
  };

  const finish = async (
    found: URLSearchParams,
    { scopes, demandedScopes, ...pending }: PendingLogin,
  ): Promise<FinishedLogin> => {
    const tokens = await requests.redeem(found, pending);
    keepLoginScopes(scopes);
    const session = createSession({ ...requests, person: personOf(tokens), requestedScopes: scopes, tokens });
    return { session, withheldScopes: demandedScopes.filter((scope) => !session.scopes.includes(scope)) };
  };

  return {
    begin: (options) => begin(options).catch(fail),
    finish: async (found) => {
      const pending = takePendingLogin();
      if (pending === undefined) return fail(new Error('it did not begin in this tab'));
      return finish(found, pending).catch((error: unknown) =>
        pending.isSilent && wantsInteraction(error) ? undefined : fail(error),
      );
    },
  };
}

/** Registered at the issuer, which sends nobody anywhere else. */
function redirectUri(): string {
  return location.origin + location.pathname;
}

function fail(error: unknown): never {
  throw new Error(explainFailure(error));
}

/** The requests at the issuer's token and revocation endpoints. */
function createTokenRequests({ clientId, parameters, server }: PageLogin & { readonly server: AuthorizationServer }) {
  const issuer = server as oauth.AuthorizationServer;
  const client: oauth.Client = { client_id: clientId };
  const publicClient = oauth.None();
  const options = () => ({
    additionalParameters: { ...parameters },
    signal: AbortSignal.timeout(timeoutMs),
    // Which issuers may be spoken to by http was decided when the gateway read its settings.
    [oauth.allowInsecureRequests]: true,
  });
  return {
    redeem: async (
      found: URLSearchParams,
      { state, nonce, codeVerifier }: Pick<PendingLogin, 'state' | 'nonce' | 'codeVerifier'>,
    ): Promise<oauth.TokenEndpointResponse> => {
      const answer = oauth.validateAuthResponse(issuer, client, found, state);
      const response = await oauth.authorizationCodeGrantRequest(
        issuer,
        client,
        publicClient,
        answer,
        redirectUri(),
        codeVerifier,
        options(),
      );
      const expected = nonce === undefined ? {} : { expectedNonce: nonce };
      return assertBearer(await oauth.processAuthorizationCodeResponse(issuer, client, response, expected));
    },
    renew: async (refreshToken: string): Promise<oauth.TokenEndpointResponse> => {
      const response = await oauth.refreshTokenGrantRequest(issuer, client, publicClient, refreshToken, options());
      return assertBearer(await oauth.processRefreshTokenResponse(issuer, client, response));
    },
    revoke: async (refreshToken: string): Promise<void> => {
      if (server.revocation_endpoint === undefined) return;
      const response = await oauth.revocationRequest(issuer, client, publicClient, refreshToken, options());
      await oauth.processRevocationResponse(response);
    },
  };
}

/** The gateway refuses tokens that are bound to a key, and would not say where they came from. */
function assertBearer(tokens: oauth.TokenEndpointResponse): oauth.TokenEndpointResponse {
  if (tokens.token_type === 'bearer') return tokens;
  throw new Error(`the issuer gave a token of type "${tokens.token_type}"; expected "bearer"`);
}

/** Whom the ID token names; what the gateway calls them, the access token says to it alone. Empty: nobody says. */
function personOf(tokens: oauth.TokenEndpointResponse): string {
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  const found = ['preferred_username', 'name', 'email', 'sub'].map((name) => claims?.[name]);
  return (found.find((each) => typeof each === 'string' && each !== '') as string | undefined) ?? '';
}
