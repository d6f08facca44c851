import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider from 'oidc-provider';

import { audience } from './test-issuer.ts';

/** A certified OpenID provider on this machine, with a client for scripts and one for the gateway. */
export interface RealProvider {
  readonly url: string;
  /** The paths that were asked for. */
  readonly requests: string[];
  /** A token for a script by its client credentials (RFC 6749, 4.4), made for a resource (RFC 8707). */
  readonly mint: (options?: { readonly scope?: string; readonly resource?: string }) => Promise<string>;
  readonly revoke: (token: string) => Promise<void>;
  /** Signs with a new key from now on; the old one stays published. */
  readonly rotate: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The client that asks about tokens. */
export const gatewayClient = { clientId: 'cuegate', clientSecret: 'the secret: of/the gateway+client' };

const scriptClient = { clientId: 'render-script', clientSecret: 'the-secret-of-the-script' };

/** Starts a provider whose access tokens are JWTs (RFC 9068), or opaque. */
export async function startProvider(format: 'jwt' | 'opaque'): Promise<RealProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys: JWK[] = [];
  const rotate = async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = `key-${keys.length + 1}`;
    // The provider signs with the first one that fits.
    keys.unshift({ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' });
    handle = new Provider(url, configurationOf(format, keys)).callback();
  };
  await rotate();
  const post = async (path: string, client: typeof scriptClient, body: Record<string, string>) => {
    const authorization = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  return {
    url,
    requests,
    rotate,
    mint: async ({ scope = 'cue:read cue:operate', resource = audience } = {}) => {
      const answer = await post('/token', scriptClient, { grant_type: 'client_credentials', scope, resource });
      return (JSON.parse(answer) as { access_token: string }).access_token;
    },
    revoke: async (token) => void (await post('/token/revocation', scriptClient, { token })),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configurationOf(format: 'jwt' | 'opaque', keys: readonly JWK[]): object {
  const machine = { redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_basic' };
  return {
    jwks: { keys },
    clients: [
      {
        ...machine,
        client_id: scriptClient.clientId,
        client_secret: scriptClient.clientSecret,
        grant_types: ['client_credentials'],
      },
      { ...machine, client_id: gatewayClient.clientId, client_secret: gatewayClient.clientSecret, grant_types: [] },
    ],
    scopes: ['cue:read', 'cue:operate'],
    ttl: { ClientCredentials: 3 * 3_600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, resource: string) => ({
          scope: 'cue:read cue:operate',
          audience: resource,
          accessTokenFormat: format,
          accessTokenTTL: 3 * 3_600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}
