import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { standardClaimNames } from '../../../src/authentication/claims.ts';
import { createHmacVerifier } from '../../../src/authentication/hmac/hmac-verifier.ts';
import { signToken } from '../../../src/authentication/hmac/sign-token.ts';
import type { VerifiedToken } from '../../../src/authentication/token-verifier.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';

import { compose, nowMs, secret } from '../tokens.ts';

const now = nowMs / 1000;
const verifier = createHmacVerifier({ secrets: [secret], now: () => nowMs });
const verify = (token: string) => verifier.verify(token) as VerifiedToken;

/** What a text, taken as it is, would be signed with. */
function sign(header: string, claims: string, hash = 'sha256', key = secret): string {
  const unsigned = compose(header, claims).slice(0, -1);
  return `${unsigned}.${createHmac(hash, key).update(unsigned).digest('base64url')}`;
}

const hs256 = '{"alg":"HS256"}';
const withClaims = (claims: string) => sign(hs256, claims);
const withHeader = (header: string) => sign(header, '{}');
const good = sign(hs256, '{}');
const goodSignature = good.slice(good.lastIndexOf('.') + 1);
const unsigned = good.slice(0, good.lastIndexOf('.') + 1);

function errorOf(token: string): GatewayError {
  try {
    verify(token);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('createHmacVerifier()', () => {
  describe.each<[reason: string, prefix: string, cases: readonly [name: string, token: string, text: string][]]>([
    [
      'TOKEN_MALFORMED',
      'token is malformed: ',
      [
        ['no segment', '', 'token contains an invalid number of segments'],
        ['two segments', 'a.b', 'token contains an invalid number of segments'],
        ['four segments', 'a.b.c.d', 'token contains an invalid number of segments'],
        ['five segments', `${good}..`, 'token contains an invalid number of segments'],
        ['another scheme', `bearer ${good}`, 'could not base64 decode header: illegal base64 data at input byte 6'],
        ['a space in front', ` ${good}`, 'could not base64 decode header: illegal base64 data at input byte 0'],
        [
          'padding',
          'eyJhbGciOiJIUzI1NiJ9=.e30.',
          'could not base64 decode header: illegal base64 data at input byte 20',
        ],
        ['a plus', 'ab+d.e30.', 'could not base64 decode header: illegal base64 data at input byte 2'],
        ['a slash', 'abcd/.e30.', 'could not base64 decode header: illegal base64 data at input byte 4'],
        ['a letter of Latin-1', 'ab\xe9.e30.', 'could not base64 decode header: illegal base64 data at input byte 2'],
        ['a letter beyond', 'ab\u{1f600}.e30.', 'could not base64 decode header: illegal base64 data at input byte 2'],
        ['an empty header', '..', 'could not JSON decode header: unexpected end of JSON input'],
        ['a header of white space', compose(' ', '{}'), 'could not JSON decode header: unexpected end of JSON input'],
        [
          'a header that is no JSON',
          compose('abc', '{}'),
          "could not JSON decode header: invalid character 'a' looking for beginning of value",
        ],
        [
          'a byte order mark',
          compose('\ufeff{}', '{}'),
          "could not JSON decode header: invalid character 'ï' looking for beginning of value",
        ],
        ...(
          [
            ['array', '[]'],
            ['string', '"x"'],
            ['number', '1'],
            ['number', '1e400'],
            ['bool', 'true'],
          ] as const
        ).map(([kind, header]): [string, string, string] => [
          `the header ${header}`,
          compose(header, '{}'),
          `could not JSON decode header: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
        ]),
        [
          'a header with a tail',
          compose('{"alg":"HS256"} x', '{}'),
          "could not JSON decode header: invalid character 'x' after top-level value",
        ],
        ['a header cut off', compose('{"alg":', '{}'), 'could not JSON decode header: unexpected end of JSON input'],
        [
          'claims that are not base64',
          'e30.a=b.',
          'could not base64 decode claim: illegal base64 data at input byte 1',
        ],
        ['claims of one character', 'e30.e30ab.', 'could not base64 decode claim: illegal base64 data at input byte 4'],
        ['empty claims', 'e30..', 'could not JSON decode claim: unexpected end of JSON input'],
        [
          'claims that are no JSON',
          compose('{}', 'abc'),
          "could not JSON decode claim: invalid character 'a' looking for beginning of value",
        ],
        ...(
          [
            ['array', '[]'],
            ['string', '"s"'],
            ['number', '-1.5'],
            ['bool', 'false'],
          ] as const
        ).map(([kind, claims]): [string, string, string] => [
          `the claims ${claims}`,
          compose(hs256, claims),
          `could not JSON decode claim: json: cannot unmarshal ${kind} into Go value of type jwt.MapClaims`,
        ]),
        [
          'a number beyond float64',
          withClaims('{"a":"1e999","b":[{"c":-1e400}],"exp":2e400}'),
          'could not JSON decode claim: json: cannot unmarshal number -1e400 into Go value of type float64',
        ],
        [
          'a number beyond float64 that a later one replaces',
          withClaims('{"\\"exp":1e400,"\\"exp":1}'),
          'could not JSON decode claim: json: cannot unmarshal number 1e400 into Go value of type float64',
        ],
        [
          'a signature that is not base64',
          `${unsigned}!!!`,
          'could not base64 decode signature: illegal base64 data at input byte 0',
        ],
        ['a padded signature', `${good}=`, 'could not base64 decode signature: illegal base64 data at input byte 43'],
        [
          'a signature of 41 characters',
          good.slice(0, -2),
          'could not base64 decode signature: illegal base64 data at input byte 40',
        ],
        [
          'a signature that is not base64 below alg none',
          `${compose('{"alg":"none"}', '{}')}!`,
          'could not base64 decode signature: illegal base64 data at input byte 0',
        ],
      ],
    ],
    [
      'TOKEN_UNVERIFIABLE',
      'token is unverifiable: ',
      [
        ...[
          'null',
          '{}',
          '{"alg":5}',
          '{"alg":null}',
          '{"alg":["HS256"]}',
          '{"Alg":"HS256"}',
          '{"alg":"HS256","alg":1}',
        ].map((header): [string, string, string] => [
          header,
          withHeader(header),
          'signing method (alg) is unspecified',
        ]),
        ...['', 'XX', 'hs256', 'None', 'NONE', 'nOnE', 'HS1', 'HS256 ', '__proto__', 'constructor'].map(
          (alg): [string, string, string] => [
            `alg ${JSON.stringify(alg)}`,
            withHeader(JSON.stringify({ alg })),
            'signing method (alg) is unavailable',
          ],
        ),
        ...['none', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'].map(
          (alg): [string, string, string] => [
            `alg ${alg}`,
            withHeader(JSON.stringify({ alg })),
            `error while executing keyfunc: Unexpected signing method: ${alg}`,
          ],
        ),
        [
          'alg none without a signature',
          compose('{"alg":"none"}', '{}'),
          'error while executing keyfunc: Unexpected signing method: none',
        ],
      ],
    ],
    [
      'SIGNATURE_INVALID',
      'token signature is invalid: ',
      [
        ['another secret', sign(hs256, '{}', 'sha256', 'other'), 'signature is invalid'],
        ['no signature', unsigned, 'signature is invalid'],
        ['a signature of zeros', `${unsigned}${Buffer.alloc(32).toString('base64url')}`, 'signature is invalid'],
        ['the signature of another hash', sign('{"alg":"HS384"}', '{}', 'sha256'), 'signature is invalid'],
        ["another token's signature", `${compose(hs256, '{"sub":"eve"}')}${goodSignature}`, 'signature is invalid'],
        ['a token that is expired as well', sign(hs256, '{"exp":1}', 'sha256', 'other'), 'signature is invalid'],
      ],
    ],
    [
      'TOKEN_EXPIRED',
      'token has invalid claims: ',
      [
        ...[now, now - 1, now + 0.999, 0, 1, -5, -5.5, 1e20, 1e300, '9223372036854775807'].map(
          (exp): [string, string, string] => [`exp ${exp}`, withClaims(`{"exp":${exp}}`), 'token is expired'],
        ),
        [
          'exp past and nbf in the future',
          withClaims(`{"nbf":${now + 10},"exp":${now - 10}}`),
          'token is expired, token is not valid yet',
        ],
        [
          'exp past and nbf of a wrong type',
          withClaims(`{"nbf":"x","exp":${now - 10}}`),
          'token is expired, invalid type for claim: nbf is invalid',
        ],
      ],
    ],
    [
      'TOKEN_NOT_YET_VALID',
      'token has invalid claims: ',
      [now + 1, now + 3600, 1e20].map((nbf): [string, string, string] => [
        `nbf ${nbf}`,
        withClaims(`{"nbf":${nbf}}`),
        'token is not valid yet',
      ]),
    ],
    [
      'CLAIM_INVALID',
      'token has invalid claims: ',
      [
        ...['"x"', '""', '"1795395258"', 'null', 'true', '[]', '{}'].flatMap((value): [string, string, string][] => [
          [`exp ${value}`, withClaims(`{"exp":${value}}`), 'invalid type for claim: exp is invalid'],
          [`nbf ${value}`, withClaims(`{"nbf":${value}}`), 'invalid type for claim: nbf is invalid'],
        ]),
        [
          'exp of a wrong type and nbf in the future',
          withClaims(`{"exp":"x","nbf":${now + 10}}`),
          'invalid type for claim: exp is invalid, token is not valid yet',
        ],
        [
          'both of a wrong type',
          withClaims('{"exp":"x","nbf":[]}'),
          'invalid type for claim: exp is invalid, invalid type for claim: nbf is invalid',
        ],
      ],
    ],
  ])('refuses with %s', (reason, prefix, cases) => {
    it.each(cases)('%s', (_, token, text) => {
      const error = errorOf(token);
      expect(error.message).toBe(`Token validation error: ${prefix}${text}`);
      expect(error).toMatchObject({ reason, origin: 'credentials', status: { name: 'UNAUTHENTICATED' } });
      expect(error.cause).toBeUndefined();
    });
  });

  it.each([
    ['no exp', '{}'],
    ['no claims at all', 'null'],
    ['white space around them', ' {"sub":"ada"}\n'],
    ['exp in the next second', `{"exp":${now + 1}}`],
    ['exp in a far year', '{"exp":9e15}'],
    ['exp of which the last counts', '{"exp":1,"exp":99999999999}'],
    ['nbf now', `{"nbf":${now}}`],
    ['nbf later in this second', `{"nbf":${now + 0.9}}`],
    ['nbf 0 and before', '{"nbf":-1}'],
    ['iat in the future', '{"iat":99999999999}'],
    ['odd iat, aud, iss, sub, jti', '{"iat":"x","aud":5,"iss":[],"sub":null,"jti":{}}'],
    ['names in other letters', '{"EXP":1,"Nbf":99999999999}'],
    ['wrong UTF-8', '{"sub":"\xff"}'],
    ['10,000 levels', `{"a":${'['.repeat(9_999)}${']'.repeat(9_999)}}`],
  ])('accepts claims with %s', (_, claims) => {
    expect(verify(withClaims(claims)).identity.method).toBe('hmac');
  });

  it.each([
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ])('accepts %s with the same secret', (alg, hash) => {
    expect(verify(sign(JSON.stringify({ alg }), '{"sub":"ada"}', hash)).identity.subject).toBe('ada');
  });

  it.each([
    '{"alg":"none","alg":"HS256"}',
    '{"alg":"HS256","crit":["x"],"kid":"../../dev/null","jku":"http://x","typ":5}',
  ])('accepts the header %s', (header) => expect(verify(withHeader(header)).identity.method).toBe('hmac'));

  it('accepts a signature whose unused bits are set', () => {
    // 43 characters hold 258 bits, two more than a SHA-256 has.
    const last = goodSignature.at(-1)!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = alphabet[alphabet.indexOf(last) | 3]!;
    expect(twin).not.toBe(last);
    expect(verify(good.slice(0, -1) + twin).identity.method).toBe('hmac');
  });

  it('accepts the tokens of every secret while one is being replaced', () => {
    const rotating = createHmacVerifier({ secrets: ['new secret', 'old secret'], now: () => nowMs });
    const subjectOf = (key: string) =>
      (rotating.verify(signToken({ secret: key, claims: { sub: key } })) as VerifiedToken).identity.subject;
    expect(subjectOf('new secret')).toBe('new secret');
    expect(subjectOf('old secret')).toBe('old secret');
    expect(() => subjectOf('older secret')).toThrow('token signature is invalid: signature is invalid');
  });

  it.each([[[]], [['']], [['good', '']]])('refuses to be made of the secrets %j', (secrets) => {
    expect(() => createHmacVerifier({ secrets, now: Date.now })).toThrow(TypeError);
  });

  it('says from when until when a token is good, in milliseconds', () => {
    expect(verify(withClaims(`{"nbf":${now - 5.5},"exp":${now + 5.5}}`))).toMatchObject({
      validFromMs: nowMs - 6_000,
      validUntilMs: nowMs + 5_000,
    });
    expect(verify(good)).toMatchObject({ validFromMs: -Infinity, validUntilMs: Infinity });
  });

  describe('reads the identity', () => {
    const identityOf = (claims: string) => verify(withClaims(claims)).identity;

    it.each([
      ['{"sub":"ada"}', 'ada'],
      ['{"sub":"aʹda \\u00e9"}', 'aʹda é'],
      ['{"sub":""}', 'unknown'],
      ['{"sub":5}', 'unknown'],
      ['{"sub":null}', 'unknown'],
      ['{"sub":["ada"]}', 'unknown'],
      ['{}', 'unknown'],
      ['null', 'unknown'],
      ['{"__proto__":{"sub":"eve"}}', 'unknown'],
    ])('%s as %s', (claims, subject) => expect(identityOf(claims).subject).toBe(subject));

    it.each([
      ['{"user":"ada"}', 'ada'],
      ['{"username":"ada"}', 'ada'],
      ['{"sub":"ada","user":"bob","username":"eve"}', 'ada'],
      ['{"username":"eve","user":"ada"}', 'ada'],
      ['{"sub":"","user":7,"username":"ada"}', 'ada'],
      ['{"sub":"unknown"}', 'unknown'],
    ])('%s as %s, by the claims that OpenCue documents', (claims, subject) => {
      expect(identityOf(claims)).toMatchObject({ subject, isNamed: true });
    });

    it.each(['{}', '{"exp":99999999999}', '{"user":""}', '{"User":"ada"}', '{"sub":["ada"],"user":{"name":"ada"}}'])(
      '%s as of nobody',
      (claims) => expect(identityOf(claims)).toMatchObject({ subject: 'unknown', isNamed: false }),
    );

    it('by the claims that the settings name before all others', () => {
      const claimNames = { ...standardClaimNames, user: ['login'] };
      const own = createHmacVerifier({ secrets: [secret], claimNames, now: () => nowMs });
      const subjectOf = (claims: string) => own.verify(withClaims(claims)).identity.subject;
      expect(subjectOf('{"login":"ada","sub":"4711"}')).toBe('ada');
      expect(subjectOf('{"sub":"user-id"}')).toBe('user-id');
    });

    it('with claims that nobody can change or bend', () => {
      const { claims } = identityOf('{"__proto__":{"role":"admin"},"realm":{"__proto__":{"roles":["x"]},"list":[{}]}}');
      expect(claims['role']).toBeUndefined();
      expect(claims['constructor']).toBeUndefined();
      expect(Object.keys(claims)).toEqual(['__proto__', 'realm']);
      const realm = claims['realm'] as { roles?: unknown; list: object[]; toString?: unknown };
      expect(realm.roles).toBeUndefined();
      expect(realm.toString).toBeUndefined();
      for (const value of [claims, realm, realm.list, realm.list[0]]) expect(Object.isFrozen(value)).toBe(true);
      expect(({} as { role?: unknown }).role).toBeUndefined();
    });
  });
});
