import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

import { audience } from '../authentication/oidc/test-issuer.ts';

/** A certified OpenID provider on this machine, with OAuth's device flow. */
export interface DeviceProvider {
  readonly url: string;
  /** What was given tokens for, in order. */
  readonly grants: string[];
  /** Logs somebody in under a code, as its page does once the user has said who they are; grants what was asked for. */
  approve(userCode: string, user: string): Promise<void>;
  /** Ends what was given under the codes of before, refresh tokens among it. */
  revokeAll(): Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The client that stands for agents. */
export const agentClientId = 'cuegate-agent';

const scopes = 'cue:read cue:operate cue:submit cue:grant:launch';

/** Starts it. */
export async function startDeviceProvider(): Promise<DeviceProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'key', alg: 'RS256', use: 'sig' };
  const provider = new Provider(url, {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: agentClientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [],
        response_types: [],
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      },
    ],
    cookies: { keys: ['not a secret'] },
    findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    // Each is named, or the package says that it should be.
    ttl: { AccessToken: 300, Grant: 600, IdToken: 600, RefreshToken: 600, DeviceCode: 600 },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: scopes,
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  const grants: string[] = [];
  const given: { destroy(): Promise<void> }[] = [];
  provider.on('grant.success', ({ oidc }) => grants.push(oidc.params['grant_type']!.split(':').at(-1)!));
  handle = provider.callback();
  return {
    url,
    grants,
    approve: async (userCode, user) => {
      const code = (await provider.DeviceCode.findByUserCode(userCode.replace(/\W/g, '')))!;
      const { scope } = code.params;
      const grant = new provider.Grant({ accountId: user, clientId: agentClientId });
      grant.addOIDCScope(scope);
      grant.addResourceScope(audience, scope);
      const authTime = Math.floor(Date.now() / 1000);
      const grantId = await grant.save();
      Object.assign(code, { accountId: user, authTime, grantId, scope, resource: audience });
      given.push(grant);
      await code.save();
    },
    revokeAll: async () => {
      for (const grant of given.splice(0)) await grant.destroy();
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
