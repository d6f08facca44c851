import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

import type { JsonObject } from '../../../src/authentication/parse-json-object.ts';
import { nowMs } from '../tokens.ts';

/** What every token of these tests is made for. */
export const audience = 'https://cuegate.example';

/** The moment of the tests, in seconds since 1970. */
export const nowSeconds = nowMs / 1000;

/** A key pair of an issuer, under a name. */
export interface IssuerKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** An issuer on this machine: it tells where its keys are, and its keys, and counts who asks. */
export interface TestIssuer {
  readonly url: string;
  /** What it publishes; may be changed at any time. */
  published: readonly JWK[];
  /** What it says about itself beyond that. */
  metadata: Readonly<Record<string, unknown>>;
  /** The paths that were asked for. */
  readonly requests: string[];
  /** Answers instead, when set; returns false to leave a request to the issuer after all. */
  respond: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly keyRequests: () => number;
  readonly close: () => Promise<void>;
}

/** Starts an issuer that publishes these keys. @param path of its name, without a slash at its end; none when not given */
export async function startIssuer(keys: readonly IssuerKey[] = [], path = ''): Promise<TestIssuer> {
  const server = createServer((request, response) => {
    issuer.requests.push(request.url ?? '');
    if (issuer.respond?.(request, response) === true) return;
    const documents: Readonly<Record<string, unknown>> = {
      [`${path}/.well-known/openid-configuration`]: {
        issuer: issuer.url,
        jwks_uri: `${issuer.url}/keys`,
        ...issuer.metadata,
      },
      [`${path}/keys`]: { keys: issuer.published },
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    published: keys.map(({ jwk }) => jwk),
    metadata: {},
    requests: [],
    respond: undefined,
    keyRequests: () => issuer.requests.filter((asked) => asked === `${path}/keys`).length,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}

/** Makes a key pair for an algorithm. */
export async function makeKey(algorithm: string, kid: string, options: object = {}): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true, ...options });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  return { kid, algorithm, privateKey, publicKey, jwk };
}

/** Claims that suffice, of an issuer. */
export function goodClaims(issuer: string): Record<string, unknown> {
  return { iss: issuer, aud: audience, sub: 'ada', iat: nowSeconds, exp: nowSeconds + 300 };
}

/** A token with these claims and header members, which win over the usual ones. `undefined` leaves one out. */
export function signWith(key: IssuerKey, claims: JsonObject, header: Record<string, unknown> = {}): Promise<string> {
  const { algorithm, kid, privateKey } = key;
  const protectedHeader = JSON.parse(JSON.stringify({ alg: algorithm, typ: 'at+jwt', kid, ...header }));
  return new SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader(protectedHeader).sign(privateKey);
}
