import { createHmac, createSign, generateKeyPairSync, sign as signBytes } from 'node:crypto';

import fc from 'fast-check';
import { CompactEncrypt, exportPKCS8, exportSPKI } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Authentication, createAuthentication } from '../../../src/authentication/create-authentication.ts';
import type { CredentialsReason } from '../../../src/authentication/credentials-error.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';

import { startGateway, type TestGateway } from '../../app/running-gateway.ts';
import { settingsOf, silent } from '../settings.ts';
import { bearer, compose, nowMs, outcomeOf, refusalOf, secret } from '../tokens.ts';
import {
  audience,
  goodClaims,
  type IssuerKey,
  makeKey,
  nowSeconds,
  signWith,
  startIssuer,
  type TestIssuer,
} from './test-issuer.ts';

let issuer: TestIssuer;
/** Somebody else's, whom nobody configured. */
let attacker: TestIssuer;
let rsa: IssuerKey;
let elliptic: IssuerKey;
let edwards: IssuerKey;
let foreign: IssuerKey;
/** Names no algorithm. */
let open: IssuerKey;
/** Of the issuer, but for encryption; and one too short to be worth anything. */
let encryption: IssuerKey;
let short: IssuerKey;
let authentication: Authentication;

const clock = { ms: nowMs };

beforeAll(async () => {
  [rsa, elliptic, edwards, foreign, encryption, open] = await Promise.all([
    makeKey('RS256', 'rsa'),
    makeKey('ES256', 'elliptic'),
    makeKey('EdDSA', 'edwards'),
    makeKey('RS256', 'rsa'),
    makeKey('RS256', 'encryption'),
    makeKey('PS256', 'open'),
  ]);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'short', alg: 'RS256', use: 'sig' };
  // Signed by node, since jose refuses to.
  short = { ...rsa, kid: 'short', jwk: jwk as IssuerKey['jwk'], privateKey: privateKey as never };
  issuer = await startIssuer([rsa, elliptic, edwards, short]);
  issuer.published = [...issuer.published, { ...encryption.jwk, use: 'enc' }, withoutAlgorithm(open.jwk)];
  attacker = await startIssuer([foreign]);
  const settings = settingsOf({ issuers: [issuer.url], audiences: ['other', audience] });
  authentication = createAuthentication(settings, { logger: silent, now: () => clock.ms });
  await authentication.start();
});

afterAll(async () => {
  authentication.close();
  await issuer.close();
  await attacker.close();
});

type Header = Record<string, unknown>;
type MakeToken = () => string | Promise<string>;

const claims = (more: object = {}) => ({ ...goodClaims(issuer.url), ...more });
const rsaToken = (more: object = {}, header: Header = {}) => signWith(rsa, claims(more), header);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token whose header and claims are these texts, signed by the issuer's own key. */
function rsaSigned(header: string, payload: string): Promise<string> {
  return exportPKCS8(rsa.privateKey).then((pem) => {
    const unsigned = compose(header, payload).slice(0, -1);
    return `${unsigned}.${createSign('sha256').update(unsigned).sign(pem, 'base64url')}`;
  });
}

/** HS256 with whatever text an attacker knows. */
function hmacSigned(key: string | Buffer, header: Header = {}): string {
  const unsigned = `${encode({ alg: 'HS256', typ: 'at+jwt', ...header })}.${encode(claims())}`;
  return `${unsigned}.${createHmac('sha256', key).update(unsigned).digest('base64url')}`;
}

const parts = async () => (await rsaToken()).split('.') as [header: string, claims: string, signature: string];

describe('a token that is good', () => {
  it.each<[name: string, make: () => Promise<string>]>([
    ['RS256', () => rsaToken()],
    ['ES256', () => signWith(elliptic, claims())],
    ['EdDSA', () => signWith(edwards, claims())],
    ['PS256, by a key that names no algorithm', () => signWith(open, claims())],
    ['without a kid', () => rsaToken({}, { kid: undefined })],
    ['of typ JWT', () => rsaToken({}, { typ: 'JWT' })],
    ['of typ application/at+jwt', () => rsaToken({}, { typ: 'application/AT+JWT' })],
    ['without a typ', () => rsaToken({}, { typ: undefined })],
    ['for several audiences', () => rsaToken({ aud: ['somebody', audience] })],
    ['with a fraction of a second', () => rsaToken({ exp: nowSeconds + 0.5 })],
    ['one second before the end of the skew', () => rsaToken({ exp: nowSeconds - 59 })],
    ['at the end of the skew of nbf', () => rsaToken({ nbf: nowSeconds + 60 })],
    ['at the end of the skew of iat', () => rsaToken({ iat: nowSeconds + 60 })],
  ])('is accepted: %s', async (_, make) => {
    const outcome = await outcomeOf(authentication.identify, `Bearer ${await make()}`);
    expect(outcome).toMatchObject({ subject: 'ada', method: 'oidc', issuer: issuer.url });
  });

  it('says who calls, what they may do and until when', async () => {
    const more = { scope: 'cue:read cue:operate', groups: ['lighting'], jti: 'token-1' };
    expect(await authentication.identify({ authorization: `Bearer ${await rsaToken(more)}` })).toEqual({
      subject: 'ada',
      isNamed: true,
      method: 'oidc',
      claims: claims(more),
      scopes: ['cue:read', 'cue:operate'],
      groups: ['lighting'],
      issuer: issuer.url,
      tokenId: 'token-1',
      expiresAtMs: (nowSeconds + 360) * 1000,
    });
  });

  it.each(['bearer', 'BEARER', 'Bearer ', 'bEaReR   '])('is accepted after the scheme %j', async (scheme) => {
    expect(await outcomeOf(authentication.identify, `${scheme} ${await rsaToken()}`)).toMatchObject({ subject: 'ada' });
  });

  it('of a user who looks like another one is another user', async () => {
    const outcome = await outcomeOf(authentication.identify, `Bearer ${await rsaToken({ sub: 'аdа' })}`);
    expect(outcome).toMatchObject({ subject: 'аdа' });
    expect(outcome).not.toMatchObject({ subject: 'ada' });
  });
});

describe('an attack', () => {
  const table: readonly (readonly [reason: CredentialsReason, cases: readonly [name: string, make: MakeToken][]])[] = [
    [
      'ALGORITHM_NOT_ALLOWED',
      [
        ...['none', 'None', 'nOnE'].map((alg): [string, MakeToken] => [
          `alg ${alg} without a signature that counts`,
          () => `${encode({ alg, kid: 'rsa' })}.${encode(claims())}.AA`,
        ]),
        ['no alg', () => `${encode({ typ: 'JWT' })}.${encode(claims())}.AA`],
        ['alg as a list', () => `${encode({ alg: ['RS256'] })}.${encode(claims())}.AA`],
        ['HS256 signed with the public key as PEM', async () => hmacSigned(await exportSPKI(rsa.publicKey))],
        [
          'HS256 signed with the public key as DER',
          async () => {
            const base64 = (await exportSPKI(rsa.publicKey)).replaceAll(/-----.*-----|\s/g, '');
            return hmacSigned(Buffer.from(base64, 'base64'), { kid: 'rsa' });
          },
        ],
        ['HS256 signed with the public key as JWK', () => hmacSigned(JSON.stringify(rsa.jwk), { kid: 'rsa' })],
        ['HS256 signed with an empty secret', () => hmacSigned('')],
        [
          'RS512, which is not allowed',
          async () => `${encode({ alg: 'RS512' })}.${encode(claims())}.${(await parts())[2]}`,
        ],
      ],
    ],
    [
      'SIGNATURE_INVALID',
      [
        [
          'the signature of another payload',
          async () => `${(await parts())[0]}.${encode(claims({ sub: 'root' }))}.${(await parts())[2]}`,
        ],
        [
          'a swapped header',
          async () => `${encode({ alg: 'RS256', typ: 'JWT', kid: 'rsa' })}.${(await parts())[1]}.${(await parts())[2]}`,
        ],
        ['a key of somebody else under a known kid', () => signWith(foreign, claims())],
        ['an embedded jwk', () => signWith(foreign, claims(), { jwk: foreign.jwk })],
        ['a jku of the attacker', () => signWith(foreign, claims(), { jku: `${attacker.url}/keys` })],
        ['an x5u of the attacker', () => signWith(foreign, claims(), { x5u: `${attacker.url}/keys` })],
        [
          'an ECDSA signature of zeros',
          () =>
            `${encode({ alg: 'ES256', kid: 'elliptic' })}.${encode(claims())}.${Buffer.alloc(64).toString('base64url')}`,
        ],
        [
          'an ECDSA signature in DER',
          async () => {
            const unsigned = `${encode({ alg: 'ES256', kid: 'elliptic' })}.${encode(claims())}`;
            const pem = await exportPKCS8(elliptic.privateKey);
            return `${unsigned}.${signBytes('sha256', Buffer.from(unsigned), pem).toString('base64url')}`;
          },
        ],
        [
          'an ES256 signature by a key of another curve',
          async () => {
            const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
            const unsigned = `${encode({ alg: 'ES256', kid: 'elliptic' })}.${encode(claims())}`;
            const signature = signBytes('sha256', Buffer.from(unsigned), {
              key: privateKey,
              dsaEncoding: 'ieee-p1363',
            });
            return `${unsigned}.${signature.toString('base64url')}`;
          },
        ],
        ['one byte as a signature', async () => `${(await parts())[0]}.${(await parts())[1]}.AA`],
      ],
    ],
    [
      'KEY_UNKNOWN',
      [
        ['kid ../../dev/null', () => rsaToken({}, { kid: '../../dev/null' })],
        ['a kid of SQL', () => rsaToken({}, { kid: "' OR 1=1 --" })],
        ['kid __proto__', () => rsaToken({}, { kid: '__proto__' })],
        ['an unknown kid and a time to come', () => rsaToken({ iat: nowSeconds + 3_600 }, { kid: 'to come' })],
        ['an empty kid', () => rsaToken({}, { kid: '' })],
        ['the kid of a key for another algorithm', () => rsaToken({}, { kid: 'elliptic' })],
        [
          'that kid, in a token that is newer than the keys',
          () => rsaToken({ iat: nowSeconds + 30 }, { kid: 'elliptic' }),
        ],
        ['the kid of a key for encryption', () => signWith(encryption, claims())],
        [
          'an RSA key of 1024 bits',
          () => {
            const unsigned = `${encode({ alg: 'RS256', kid: 'short' })}.${encode(claims())}`;
            const signature = createSign('sha256')
              .update(unsigned)
              .sign(short.privateKey as never, 'base64url');
            return `${unsigned}.${signature}`;
          },
        ],
      ],
    ],
    [
      'EXTENSION_NOT_SUPPORTED',
      [
        [
          'crit unknown',
          () => rsaSigned(JSON.stringify({ alg: 'RS256', kid: 'rsa', crit: ['x'], x: 1 }), JSON.stringify(claims())),
        ],
        [
          'crit empty',
          () => rsaSigned(JSON.stringify({ alg: 'RS256', kid: 'rsa', crit: [] }), JSON.stringify(claims())),
        ],
        [
          'b64 false',
          () =>
            rsaSigned(
              JSON.stringify({ alg: 'RS256', kid: 'rsa', b64: false, crit: ['b64'] }),
              JSON.stringify(claims()),
            ),
        ],
        [
          'b64 without crit',
          () => rsaSigned(JSON.stringify({ alg: 'RS256', kid: 'rsa', b64: true }), JSON.stringify(claims())),
        ],
      ],
    ],
    [
      'TOKEN_MALFORMED',
      [
        ['an empty signature', async () => `${(await parts())[0]}.${(await parts())[1]}.`],
        [
          'claims that are there twice',
          () => rsaSigned('{"alg":"RS256","kid":"rsa"}', `{"sub":"ada","sub":"root","iss":"${issuer.url}"}`),
        ],
        [
          'a claim that is there twice, once in escapes',
          () => rsaSigned('{"alg":"RS256","kid":"rsa"}', `{"sub":"ada","s\\u0075b":"root","iss":"${issuer.url}"}`),
        ],
        [
          'a header member that is there twice',
          () => rsaSigned('{"alg":"RS256","alg":"none","kid":"rsa"}', JSON.stringify(claims())),
        ],
        ['a kid that is a number', () => rsaSigned('{"alg":"RS256","kid":1}', JSON.stringify(claims()))],
        ['claims that are no JSON', () => rsaSigned('{"alg":"RS256","kid":"rsa"}', 'sub=ada')],
        ['claims that are a list', () => rsaSigned('{"alg":"RS256","kid":"rsa"}', '[]')],
        ['a JWT inside', async () => rsaSigned('{"alg":"RS256","kid":"rsa","cty":"JWT"}', await rsaToken())],
        ['padding', async () => (await parts()).join('=.')],
        ['a space', async () => (await parts()).join(' .')],
        ['a newline at the end', async () => `${await rsaToken()}\n`],
        ['the other alphabet of base64', async () => (await rsaToken()).replace(/.$/, '+')],
        ['unused bits that are set', async () => (await rsaToken()).replace(/.$/, 'x')],
        ['a fourth segment', async () => `${await rsaToken()}.e30`],
        [
          'an encrypted token',
          async () => {
            const encrypt = new CompactEncrypt(Buffer.from(JSON.stringify(claims())));
            return encrypt.setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(Buffer.alloc(32));
          },
        ],
      ],
    ],
    [
      'TOKEN_TOO_LONG',
      [
        ['a kid of 10 kB', () => rsaToken({}, { kid: 'k'.repeat(10_000) })],
        ['a token of 1 MB', () => rsaToken({ x: 'x'.repeat(1_000_000) })],
      ],
    ],
    [
      'TOKEN_EXPIRED',
      [
        ['exp in the past', () => rsaToken({ exp: nowSeconds - 3_600 })],
        ['exp exactly at the end of the skew', () => rsaToken({ exp: nowSeconds - 60 })],
        ['a negative exp', () => rsaToken({ exp: -1 })],
        ['exp 0', () => rsaToken({ exp: 0 })],
      ],
    ],
    [
      'TOKEN_NOT_YET_VALID',
      [
        ['nbf in the future', () => rsaToken({ nbf: nowSeconds + 61 })],
        ['iat in the future', () => rsaToken({ iat: nowSeconds + 61 })],
      ],
    ],
    [
      'CLAIM_INVALID',
      [
        ['no exp', () => rsaToken({ exp: undefined })],
        ['exp as text', () => rsaToken({ exp: String(nowSeconds + 60) })],
        ['a huge exp', () => rsaToken({ exp: 1e300 })],
        ['nbf as text', () => rsaToken({ nbf: 'yesterday' })],
        ['iat as text', () => rsaToken({ iat: 'today' })],
        ['no sub', () => rsaToken({ sub: undefined })],
        ['an empty sub', () => rsaToken({ sub: '' })],
        ['sub as a list', () => rsaToken({ sub: ['ada'] })],
        ['sub as an object', () => rsaToken({ sub: { name: 'ada' } })],
        ['a sub with what is not seen', () => rsaToken({ sub: 'ada\u200b' })],
        ['a sub that turns round', () => rsaToken({ sub: '\u202eada' })],
        ['a sub with a line break', () => rsaToken({ sub: 'ada\nroot' })],
        ['a sub of 300 letters', () => rsaToken({ sub: 'a'.repeat(300) })],
      ],
    ],
    [
      'AUDIENCE_MISMATCH',
      [
        ['another aud', () => rsaToken({ aud: 'https://other.example' })],
        ['no aud', () => rsaToken({ aud: undefined })],
        ['an empty list as aud', () => rsaToken({ aud: [] })],
        ['aud with a slash at its end', () => rsaToken({ aud: `${audience}/` })],
        [
          'an ID token, whose aud is its client',
          () => rsaToken({ aud: 'a-client', nonce: 'n', at_hash: 'h' }, { typ: 'JWT' }),
        ],
      ],
    ],
    [
      'NOT_AN_ACCESS_TOKEN',
      [
        ...['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'JOSE', ''].map((typ): [string, MakeToken] => [
          `typ ${JSON.stringify(typ)}`,
          () => rsaToken({}, { typ }),
        ]),
        ['an ID token for an audience that is a client as well', () => rsaToken({ at_hash: 'h' }, { typ: 'JWT' })],
        ['an ID token of Keycloak', () => rsaToken({ typ: 'ID' }, { typ: 'JWT' })],
        ['an ID token of Cognito', () => rsaToken({ token_use: 'id' }, { typ: undefined })],
      ],
    ],
    [
      'TOKEN_BOUND',
      [
        ['a token that needs a DPoP proof', () => rsaToken({ cnf: { jkt: 'thumbprint' } })],
        ['a token that needs a certificate', () => rsaToken({ cnf: { 'x5t#S256': 'thumbprint' } })],
      ],
    ],
    [
      'ISSUER_UNKNOWN',
      [
        ['another issuer with keys of its own', () => signWith(foreign, { ...claims(), iss: attacker.url })],
        ['iss with a slash at its end', () => rsaToken({ iss: `${issuer.url}/` })],
        ['iss in capitals', () => rsaToken({ iss: issuer.url.toUpperCase() })],
        ['no iss', () => rsaToken({ iss: undefined })],
        ['iss as a list', () => rsaToken({ iss: [issuer.url] })],
      ],
    ],
  ];

  describe.each(table)('is refused as %s:', (reason, cases) => {
    it.each(cases)('%s', async (_, make) => {
      const refusal = await refusalOf(authentication.identify, `Bearer ${await make()}`);
      expect([refusal.reason, refusal.status.httpStatus, refusal.origin]).toEqual([reason, 401, 'credentials']);
      expect(refusal.challenge).toEqual({
        error: 'invalid_token',
        description: refusal.message.replace('Token validation error: ', ''),
      });
      expect(refusal.challenge?.description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,80}$/);
    });
  });

  describe('reaches no Cuebot behind a gateway, by neither surface, when it is', () => {
    let served: TestGateway;
    beforeAll(async () => {
      const settings = { JWT_SECRET: '', OIDC_ISSUERS: issuer.url, OIDC_AUDIENCE: audience };
      served = await startGateway({ settings, now: () => clock.ms });
    });
    afterAll(() => served.close());

    // A line break ends a header, and a head of a megabyte is cut off while it is being sent: these never arrive.
    const unsendable = new Set(['a newline at the end', 'a token of 1 MB']);
    const sendable = table.flatMap(([, cases]) => cases).filter(([name]) => !unsendable.has(name));

    it.each(sendable)('%s', async (_, make) => {
      const headers = { authorization: `Bearer ${await make()}` };
      const rest = await served.rest('show.ShowInterface/GetShows', {}, headers);
      const graphql = await served.graphql('{ showGetShows { shows { shows { name } } } }', undefined, headers);
      const mutation = await served.graphql('mutation { jobKill(job: { id: "1" }) { ok } }', undefined, headers);
      expect([rest.status, graphql.status, mutation.status]).toEqual([401, 401, 401]);
      expect([...served.cuebot.calls]).toEqual([]);
    });

    it('nothing at all: a good token gets through', async () => {
      const headers = { authorization: `Bearer ${await rsaToken({ scope: 'cue:read' })}` };
      expect((await served.rest('show.ShowInterface/GetShows', {}, headers)).status).toBe(200);
      expect([...served.cuebot.calls.keys()]).toEqual(['show.ShowInterface/GetShows']);
    });
  });

  it('never makes anybody ask the attacker for keys', () => expect(attacker.requests).toEqual([]));

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['Basic', 'Basic dXNlcjpwYXNz'],
    ['Bearer alone', 'Bearer'],
    ['a token without its scheme', 'eyJhbGciOiJSUzI1NiJ9.e30.AA'],
  ])('without credentials for here is told to authenticate and no more: %s', async (_, authorization) => {
    const refusal = await refusalOf(authentication.identify, authorization);
    expect([refusal.reason, refusal.challenge]).toEqual(['TOKEN_MISSING', {}]);
  });

  it('with two Authorization headers is refused, also when the first was accepted before', async () => {
    const authorization = `Bearer ${await rsaToken({ jti: 'twice' })}`;
    expect(await authentication.identify({ authorization })).toMatchObject({ subject: 'ada' });
    const outcome = await outcomeOf(
      (credentials) => authentication.identify({ ...credentials, isAmbiguous: true }),
      authorization,
    );
    expect(outcome).toMatchObject({
      reason: 'CREDENTIALS_AMBIGUOUS',
      status: { httpStatus: 400 },
      challenge: { error: 'invalid_request' },
    });
  });

  it('with two Authorization headers is refused, also when the first is one of the shared secret', async () => {
    const settings = settingsOf({ issuers: [issuer.url], audiences: [audience], jwtSecrets: [secret] });
    const both = createAuthentication(settings, { logger: silent, now: () => clock.ms });
    const authorization = bearer({ sub: 'cueweb' });
    expect(await both.identify({ authorization })).toMatchObject({ subject: 'cueweb' });
    for (const text of [authorization, authorization.replace('Bearer ', ''), 'Basic x', '']) {
      const twice = outcomeOf((credentials) => both.identify({ ...credentials, isAmbiguous: true }), text);
      expect(await twice).toMatchObject({ reason: 'CREDENTIALS_AMBIGUOUS', status: { httpStatus: 400 } });
    }
    both.close();
  });

  it('by a token for the shared secret does not pass as one of the issuer, nor the other way round', async () => {
    const settings = settingsOf({ issuers: [issuer.url], audiences: [audience], jwtSecrets: [secret] });
    const both = createAuthentication(settings, { logger: silent, now: () => clock.ms });
    await both.start();
    // Whoever knows the secret must not become one of the issuer's users.
    expect(await refusalOf(both.identify, `Bearer ${hmacSigned(secret)}`)).toMatchObject({
      reason: 'ALGORITHM_NOT_ALLOWED',
    });
    const alien = await signWith(foreign, { ...claims(), iss: attacker.url });
    expect(await refusalOf(both.identify, `Bearer ${alien}`)).toMatchObject({
      message:
        'Token validation error: token is unverifiable: error while executing keyfunc: Unexpected signing method: RS256',
      challenge: undefined,
    });
    expect(await outcomeOf(both.identify, `Bearer ${await rsaToken()}`)).toMatchObject({ method: 'oidc' });
    both.close();
  });

  it('by changing a good token never succeeds', async () => {
    const good = await rsaToken();
    const edit = fc.record({
      at: fc.nat(good.length - 1),
      removed: fc.nat(2),
      inserted: fc.oneof(fc.constantFrom('', '.', '=', '-', 'A', ' '), fc.string({ maxLength: 3 })),
    });
    const mutations = fc.array(edit, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(mutations, async (edits) => {
        const mutated = edits.reduce(
          (token, { at, removed, inserted }) => token.slice(0, at) + inserted + token.slice(at + removed),
          good,
        );
        // Spaces after the scheme belong to it.
        fc.pre(mutated.trimStart() !== good);
        expect(await outcomeOf(authentication.identify, `Bearer ${mutated}`)).toBeInstanceOf(GatewayError);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a known token', () => {
  it('is known at once, and for a minute at most', async () => {
    const authorization = `Bearer ${await rsaToken({ jti: 'known' })}`;
    const identity = await authentication.identify({ authorization });
    expect(authentication.identify({ authorization })).toBe(identity);
    clock.ms = nowMs + 60_000;
    expect(authentication.identify({ authorization })).toBeInstanceOf(Promise);
    clock.ms = nowMs;
  });
});

function withoutAlgorithm({ alg: _, ...jwk }: IssuerKey['jwk']): IssuerKey['jwk'] {
  return jwk;
}
