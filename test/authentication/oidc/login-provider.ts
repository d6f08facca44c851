import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Context, interactionPolicy } from 'oidc-provider';

import { audience } from './test-issuer.ts';

/** A certified OpenID provider on this machine at which people log in, at a page of its own. */
export interface LoginProvider {
  readonly url: string;
  /** What was given tokens for, e.g. `authorization_code`, `refresh_token`, and what was ended: `revocation`. */
  readonly grants: string[];
  /** How many times a user had to log in. */
  readonly asked: () => number;
  /** The pages of other origins that may speak to it; all when undefined. */
  allowedOrigin: string | undefined;
  /** How long its access tokens are good, in seconds. */
  accessTokenSeconds: number;
  readonly stop: () => Promise<void>;
}

/** The client that stands for GraphiQL. */
export const graphiqlClientId = 'graphiql';

/** What people may be given, by their names; who is not here may have nothing. */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  ann: ['cue:read', 'cue:operate'],
  bob: ['cue:read'],
};

const scopes = ['cue:read', 'cue:operate', 'cue:wrangle'];

/** Starts a provider for pages at `/graphql` and `/farm` of any port of this machine (RFC 8252, 7.3). */
export async function startLoginProvider(): Promise<LoginProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const grants: string[] = [];
  let asked = 0;
  const login: LoginProvider = {
    url,
    grants,
    asked: () => asked,
    allowedOrigin: undefined,
    accessTokenSeconds: 300,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'key', alg: 'RS256', use: 'sig' };
  const provider = new Provider(
    url,
    configurationOf(login, key, () => provider),
  );
  provider.on('grant.success', ({ oidc }) => grants.push(oidc.params['grant_type']!));
  provider.on('grant.revoked', () => grants.push('revocation'));
  const answer = provider.callback();
  handle = async (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return answer(request, response);
    if (request.method === 'GET') {
      asked += 1;
      response.setHeader('content-type', 'text/html').end(loginPage);
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const fields = new URLSearchParams(body);
    const accountId = fields.get('username')!;
    const result = fields.has('refuse')
      ? { error: 'access_denied', error_description: 'the user thought better of it' }
      : { login: { accountId } };
    await provider.interactionFinished(request, response, result);
  };
  return login;
}

const loginPage =
  '<title>Log in</title><form method="post"><label>User <input name="username"></label>' +
  '<button>Log in</button><button name="refuse">Refuse</button></form>';

function configurationOf(login: LoginProvider, key: object, provider: () => Provider): object {
  const policy = interactionPolicy.base();
  // It asks users of programs on their own machines each time, whatever was asked; a page at a port of ours is none.
  policy.get('consent').checks.remove('native_client_prompt');
  return {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: graphiqlClientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/graphql', 'http://127.0.0.1/farm'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    scopes: ['openid'],
    claims: { openid: ['sub', 'preferred_username'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['not a secret'] },
    findAccount: (_: Context, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, preferred_username: accountId }),
    }),
    loadExistingGrant: (context: Context) => grantOf(context, provider()),
    issueRefreshToken: () => true,
    ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, RefreshToken: 600 },
    clientBasedCORS: (_: Context, origin: string) =>
      login.allowedOrigin === undefined || origin === login.allowedOrigin,
    interactions: { policy, url: (_: Context, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: login.accessTokenSeconds,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

/** Users are not asked for consent: of the scopes that are asked for, they get those that they may have. */
async function grantOf({ oidc }: Context, provider: Provider): Promise<object> {
  const { accountId } = oidc.session;
  const grant = new provider.Grant({ accountId, clientId: oidc.client.clientId });
  const wanted = oidc.params['scope']?.split(' ') ?? [];
  const allowed = scopesOf[accountId] ?? [];
  grant.addOIDCScope('openid');
  grant.addResourceScope(audience, wanted.filter((scope) => allowed.includes(scope)).join(' '));
  grant.rejectResourceScope(
    audience,
    wanted.filter((scope) => !allowed.includes(scope) && scope !== 'openid').join(' '),
  );
  await grant.save();
  return grant;
}
