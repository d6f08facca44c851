import { createHash, randomBytes } from 'node:crypto';

/** A client of the recipe's realm that speaks for itself. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly secret: string;
}

/** Somebody who logs in, and where. */
export interface Login {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly username: string;
  readonly password: string;
  /** Separated by spaces. */
  readonly scope: string;
}

/** An access token of a client itself (RFC 6749, 4.4, https://www.rfc-editor.org/rfc/rfc6749#section-4.4). */
export async function tokenOfClient(issuer: string, { clientId, secret }: ClientCredentials): Promise<string> {
  return requestToken(issuer, { grant_type: 'client_credentials', client_id: clientId, client_secret: secret });
}

/**
 * An access token of a person who logs in at Keycloak's page, by a code (RFC 6749, 4.1) with PKCE (RFC 7636), as a browser
 * would. Rejects when the page is another one than that of a login.
 */
export async function tokenOfPerson(issuer: string, login: Login): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const code = await logIn(issuer, login, createHash('sha256').update(verifier).digest('base64url'));
  return requestToken(issuer, {
    grant_type: 'authorization_code',
    client_id: login.clientId,
    redirect_uri: login.redirectUri,
    code,
    code_verifier: verifier,
  });
}

async function logIn(issuer: string, login: Login, challenge: string): Promise<string> {
  const { clientId, redirectUri, username, password, scope } = login;
  const question = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: `openid ${scope}`,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const page = await fetch(`${issuer}/protocol/openid-connect/auth?${question}`, { redirect: 'manual' });
  const html = await page.text();
  const action = /<form[^>]*\baction="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
  if (action === undefined) throw new Error(`Keycloak showed no form to log in, but ${page.status}`);
  const cookie = page.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ');
  const answer = await fetch(action, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ username, password }),
  });
  const code = new URL(answer.headers.get('location') ?? issuer).searchParams.get('code');
  if (code === null) throw new Error(`Keycloak gave ${username} no code, but ${answer.status}`);
  return code;
}

async function requestToken(issuer: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...fields }),
  });
  const body = await answer.text();
  const token: unknown = answer.ok ? JSON.parse(body).access_token : undefined;
  if (typeof token !== 'string') throw new Error(`Keycloak gave no token, but ${answer.status}: ${body}`);
  return token;
}
