import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createApiKey, formatApiKey, hashSecret } from '../../src/authentication/api-keys/api-key.ts';

import { send, startGateway, type TestGateway } from './running-gateway.ts';
import {
  audience,
  goodClaims,
  type IssuerKey,
  makeKey,
  signWith,
  startIssuer,
  type TestIssuer,
} from '../authentication/oidc/test-issuer.ts';

const folder = mkdtempSync(join(tmpdir(), 'cuegate-oauth-'));
const scriptKey = createApiKey();
const metadataUrl = 'https://cuegate.example/.well-known/oauth-protected-resource';
const tail = `, resource_metadata="${metadataUrl}"`;

let issuer: TestIssuer;
let key: IssuerKey;
let served: TestGateway;

beforeAll(async () => {
  key = await makeKey('RS256', 'a');
  issuer = await startIssuer([key]);
  const sha256 = hashSecret(scriptKey.secret).toString('hex');
  const entry = { id: scriptKey.id, sha256, subject: 'nightly', scopes: ['cue:read'], networks: ['127.0.0.0/8'] };
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: [entry] }));
  served = await startGateway({
    settings: {
      OIDC_ISSUERS: issuer.url,
      OIDC_AUDIENCE: audience,
      API_KEYS_FILE: join(folder, 'keys.json'),
      PUBLIC_URL: 'https://cuegate.example',
    },
  });
});
afterAll(async () => {
  await served.close();
  await issuer.close();
  rmSync(folder, { recursive: true });
});

/** A token that is good by the clock of the system. */
async function bearer(more: object = {}): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { ...goodClaims(issuer.url), iat: seconds, exp: seconds + 300, ...more };
  return `Bearer ${await signWith(key, claims)}`;
}

const findShow = (authorization: string) =>
  served.rest('show.ShowInterface/FindShow', { name: 'nowhere' }, { authorization });
const query = (authorization: string) =>
  served.graphql('{ showGetShows { shows { name } } }', undefined, { authorization });

describe('a gateway with an OAuth issuer', () => {
  it('serves both surfaces to its users and to API keys, as far as their scopes go', async () => {
    const tokens = [await bearer({ scope: 'cue:read' }), `Bearer ${formatApiKey(scriptKey)}`];
    for (const authorization of tokens) {
      expect((await query(authorization)).status).toBe(200);
      const kill = await served.rest('job.JobInterface/Kill', {}, { authorization });
      expect([kill.status, kill.headers['www-authenticate']]).toEqual([
        403,
        `Bearer realm="cuegate", error="insufficient_scope", scope="cue:operate"${tail}`,
      ]);
    }
  });

  it('still serves tokens of the shared secret', async () => {
    expect((await query(`Bearer ${served.token}`)).status).toBe(200);
  });

  it('tells by REST how to authenticate, in the words of the Go gateway', async () => {
    const answer = await findShow('');
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      401,
      'text/plain; charset=utf-8',
      'Authorization header required\n',
    ]);
    expect(answer.headers['www-authenticate']).toBe(`Bearer realm="cuegate"${tail}`);
  });

  it('tells by REST what is wrong with a token', async () => {
    const answer = await findShow(await bearer({ exp: 1 }));
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      401,
      'text/plain; charset=utf-8',
      'Token validation error: the token has expired\n',
    ]);
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="cuegate", error="invalid_token", error_description="the token has expired"${tail}`,
    );
  });

  it('adds nothing to what the Go gateway says about a token of the shared secret', async () => {
    const answer = await findShow('Bearer a.b.c');
    expect(answer.status).toBe(401);
    expect(answer.text).toMatch(/^Token validation error: token is malformed: /);
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });

  it('tells by GraphQL what is wrong with a token', async () => {
    const answer = await query(await bearer({ aud: 'somebody' }));
    expect([answer.status, answer.json.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="cuegate", error="invalid_token", error_description="the token is meant for another audience"${tail}`,
    );
    expect((await query('')).headers['www-authenticate']).toBe(`Bearer realm="cuegate"${tail}`);
    expect((await query('Bearer bad')).headers['www-authenticate']).toBe(
      `Bearer realm="cuegate", error="invalid_token"${tail}`,
    );
  });

  it.each(['/show.ShowInterface/FindShow', '/graphql'])('takes no second Authorization header at %s', async (path) => {
    const authorization = await bearer();
    const headers = { 'content-type': 'application/json', authorization: [authorization, authorization] as never };
    const answer = await send(undefined, `${served.url}${path}`, 'POST', headers, '{}');
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      400,
      `Bearer realm="cuegate", error="invalid_request", error_description="the request has several Authorization headers"${tail}`,
    ]);
  });

  it('looks for tokens in no URL', async () => {
    const token = (await bearer()).replace('Bearer ', '');
    const url = `${served.url}/show.ShowInterface/FindShow?access_token=${token}`;
    expect((await send(undefined, url, 'POST', {}, '{}')).status).toBe(401);
  });

  it('says to everybody whose tokens it takes', async () => {
    const answer = await send(undefined, `${served.url}/.well-known/oauth-protected-resource`, 'GET', {});
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(answer.json).toMatchObject({ resource: 'https://cuegate.example', authorization_servers: [issuer.url] });
    const post = await send(undefined, `${served.url}/.well-known/oauth-protected-resource`, 'POST', {}, '{}');
    expect([post.status, post.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });
});

describe('a gateway whose issuer is down', () => {
  it('starts, is not ready, and says when to try again', async () => {
    const down = await startGateway({
      settings: { JWT_SECRET: '', OIDC_ISSUERS: 'http://127.0.0.1:1', OIDC_AUDIENCE: audience },
    });
    const ready = await send(undefined, `${down.url}/readyz`, 'GET', {});
    expect([ready.status, ready.json]).toEqual([
      503,
      { status: 'unavailable', reason: 'the keys of an OAuth issuer cannot be had' },
    ]);
    const authorization = await bearer({ iss: 'http://127.0.0.1:1' });
    const text = 'the token cannot be checked at the moment, because its issuer does not answer; try again';
    const rest = await down.rest('show.ShowInterface/FindShow', {}, { authorization });
    expect([rest.status, rest.json.message, rest.headers['retry-after']]).toEqual([
      503,
      text,
      expect.stringMatching(/^\d+$/),
    ]);
    const graphql = await down.graphql('{ showGetShows { ok } }', undefined, { authorization });
    expect([graphql.status, graphql.headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    expect(graphql.json.errors[0]).toMatchObject({ message: text, extensions: { code: 'UNAVAILABLE' } });
    await down.close();
  });
});
