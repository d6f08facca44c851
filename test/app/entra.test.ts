import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from './running-gateway.ts';
import { readRecipeSection } from '../docs/recipe-section.ts';
import { type IssuerKey, makeKey, signWith, startIssuer, type TestIssuer } from '../authentication/oidc/test-issuer.ts';

/**
 * The recipe for Microsoft Entra, followed with an issuer of our own: its keys, tokens and metadata have the shape that
 * Microsoft documents for Entra's (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */

const tenant = '9122040d-6c67-4c5b-b112-36a304b66dad';
const application = '6731de76-14a6-49ae-97bc-6eba6914391e';
const graphiql = '0f2f1f5e-9b6f-4d3c-8a51-5b3a4d7a9c10';
const script = '7d1f3c2a-58e4-4b0d-9a77-2f60c1e4b8aa';
const scriptsObject = 'b1a0c6d4-3f52-4e0b-8f67-9d2c5a7e4411';

const folder = mkdtempSync(join(tmpdir(), 'cuegate-entra-'));
let issuer: TestIssuer;
let key: IssuerKey;
let served: TestGateway;
let settings: Readonly<Record<string, string>>;

beforeAll(async () => {
  key = await makeKey('RS256', '1LTMzakihiRla_8z2BEJVXeWMqo');
  issuer = await startIssuer([], `/${tenant}/v2.0`);
  // Entra's keys name no algorithm.
  const { alg: _, ...jwk } = key.jwk;
  issuer.published = [{ ...jwk, x5t: key.kid }];
  const origin = issuer.url.slice(0, -`/${tenant}/v2.0`.length);
  issuer.metadata = {
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    id_token_signing_alg_values_supported: ['RS256'],
  };
  const recipe = readRecipeSection('Microsoft Entra');
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, recipe.block('yaml', 'roles:'));
  const fill = (value: string) =>
    value
      .replace('https://login.microsoftonline.com/TENANT_ID/v2.0', issuer.url)
      .replace('APPLICATION_ID_OF_GRAPHIQL', graphiql)
      .replace('APPLICATION_ID', application);
  settings = Object.fromEntries(Object.entries(recipe.settings()).map(([name, value]) => [name, fill(value)]));
  served = await startGateway({ settings: { ...settings, POLICY_FILE: policyFile, JWT_SECRET: '' } });
});
afterAll(async () => {
  await served.close();
  await issuer.close();
  rmSync(folder, { recursive: true });
});

/** An access token of version 2, of somebody who uses a client. */
function tokenWith(more: object): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    aud: application,
    iss: issuer.url,
    iat: seconds,
    nbf: seconds,
    exp: seconds + 4_500,
    aio: 'AVQAq/8TAAAA',
    azp: graphiql,
    azpacr: '0',
    name: 'Ann Example',
    oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
    preferred_username: 'ann@studio.example',
    rh: '0.ATcAl',
    roles: ['farm-artist'],
    scp: 'access',
    sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
    tid: tenant,
    uti: 'fqiBqXLPj0eQa82S-IYFAA',
    ver: '2.0',
    ...more,
  };
  return signWith(key, claims, { typ: 'JWT', x5t: key.kid });
}

/** One of a script, by its client credentials: no user, no scope. */
const ofScript = (more: object = {}) =>
  tokenWith({
    azp: script,
    azpacr: '1',
    oid: scriptsObject,
    sub: scriptsObject,
    preferred_username: undefined,
    name: undefined,
    scp: undefined,
    ...more,
  });

const call = async (token: Promise<string>, rpc: string, body: unknown = {}) =>
  served.rest(rpc, body, { authorization: `Bearer ${await token}` });
const findShow = 'show.ShowInterface/FindShow';
const pause = 'job.JobInterface/Pause';
const subjectsOf = (rpc: string) =>
  served.log
    .map(({ fields }) => fields['audit'] as { readonly rpc: string; readonly subject: string } | undefined)
    .filter((record) => record?.rpc === rpc)
    .map((record) => record!.subject);

describe('the recipe for Microsoft Entra', () => {
  it('lets people do what their app roles say, under their logins', async () => {
    expect((await call(tokenWith({}), findShow, { name: 'testing' })).status).toBe(200);
    expect((await call(tokenWith({}), pause, { job: { id: 'none' } })).status).not.toBe(403);
    expect(subjectsOf(pause)).toEqual(['ann']);
    expect((await call(tokenWith({}), 'host.HostInterface/Lock')).status).toBe(403);
    expect((await call(tokenWith({ roles: ['farm-wrangler'] }), 'host.HostInterface/Lock')).status).not.toBe(403);
  });

  it('gives nothing for scopes, which a client gets for whomever it asks', async () => {
    for (const roles of [undefined, []]) {
      const answer = await call(tokenWith({ roles, scp: 'access cue:read cue:admin' }), findShow, { name: 'testing' });
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([403, undefined]);
    }
  });

  it('calls nobody by their client, whom others use, too', async () => {
    await call(tokenWith({ preferred_username: undefined }), 'job.JobInterface/SetMaxCores', { job: { id: 'none' } });
    expect(subjectsOf('job.JobInterface/SetMaxCores')).toEqual(['690222be-ff1a-4d56-abd1-7e4f7d38e474']);
  });

  it('calls scripts by their own ids', async () => {
    expect((await call(ofScript(), findShow, { name: 'testing' })).status).toBe(200);
    expect((await call(ofScript(), 'job.JobInterface/Resume', { job: { id: 'none' } })).status).not.toBe(403);
    expect(subjectsOf('job.JobInterface/Resume')).toEqual([scriptsObject]);
  });

  it('keeps guests of other tenants apart from people of the same name', async () => {
    const guest = tokenWith({ preferred_username: 'ann@elsewhere.example' });
    await call(guest, 'job.JobInterface/SetPriority', { job: { id: 'none' } });
    expect(subjectsOf('job.JobInterface/SetPriority')).toEqual(['ann@elsewhere.example']);
  });

  it.each<[name: string, make: () => Promise<string>]>([
    ['a token for Microsoft Graph', () => tokenWith({ aud: '00000003-0000-0000-c000-000000000000' })],
    ['one of version 1', () => tokenWith({ iss: `https://sts.windows.net/${tenant}/`, ver: '1.0' })],
    ['the ID token of GraphiQL’s user', () => tokenWith({ aud: graphiql, scp: undefined, nonce: 'n' })],
  ])('refuses %s', async (_, make) => {
    expect((await call(make(), findShow, { name: 'testing' })).status).toBe(401);
  });

  it('has GraphiQL send people to the tenant’s log-in', async () => {
    const page = await (await fetch(`${served.url}/graphql`, { headers: { accept: 'text/html' } })).text();
    expect(JSON.parse(/id="settings">([^<]*)</.exec(page)![1]!).login).toMatchObject({
      clientId: graphiql,
      scopes: ['openid', 'profile', 'offline_access', `api://${application}/access`],
      server: { authorization_endpoint: expect.stringContaining(`/${tenant}/oauth2/v2.0/authorize`) },
    });
  });
});
