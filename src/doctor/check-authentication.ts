import type { Authentication } from '../authentication/create-authentication.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { Config } from '../config/config.ts';

import type { Finding } from './finding.ts';

/** Further off, tokens that were just issued are not valid yet; in milliseconds. */
const farOffMs = 30_000;

/** How callers are known: the secret, the key sets of issuers, and this machine's clock against theirs. */
export async function checkAuthentication(
  { authentication: settings }: Config,
  { start, keySets }: Authentication,
): Promise<readonly Finding[]> {
  if (settings.auth === 'none') {
    return [
      {
        about: 'callers',
        severity: 'warning',
        found: 'AUTH=none: nobody is asked who they are',
        advice: 'for trying things out, on a loopback address',
      },
    ];
  }
  await start();
  const sets = keySets().map(
    ({ issuer, keys, isUsable }): Finding =>
      isUsable
        ? { about: 'issuer', severity: 'ok', found: `${issuer} has ${keys} keys` }
        : {
            about: 'issuer',
            severity: 'error',
            found: `the keys of ${issuer} cannot be fetched`,
            advice: 'its tokens are answered 503; is its address right, and open to this machine?',
          },
  );
  const clocks = await Promise.all(keySets().map(({ issuer }) => checkClock(issuer)));
  return [...checkSecret(settings), ...sets, ...clocks.flat()];
}

function checkSecret({ jwtSecrets, allowWeakSecrets }: Config['authentication']): readonly Finding[] {
  const [secret] = jwtSecrets;
  if (secret === undefined) return [];
  const bytes = Buffer.byteLength(secret);
  if (allowWeakSecrets) {
    return [
      {
        about: 'secret',
        severity: 'warning',
        found: `JWT_SECRET has ${bytes} bytes, and ALLOW_WEAK_JWT_SECRET is on`,
        advice: 'whoever guesses it may do everything; openssl rand -base64 48 makes a good one',
      },
    ];
  }
  return [
    {
      about: 'secret',
      severity: 'ok',
      found: `JWT_SECRET has ${bytes} bytes, and is none that OpenCue’s documents show`,
    },
  ];
}

/** By the `Date` of its answers (RFC 9110, 6.6.1), which every web server sends. */
async function checkClock(issuer: string): Promise<readonly Finding[]> {
  const date = await fetch(issuer, { redirect: 'manual', signal: AbortSignal.timeout(5_000) }).then(
    ({ headers }) => headers.get('date'),
    () => null,
  );
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return [];
  const offMs = Date.now() - theirs;
  const off = `the clock of this machine is ${Math.abs(Math.round(offMs / 1_000))} s ${offMs > 0 ? 'ahead of' : 'behind'} that of ${issuer}`;
  if (Math.abs(offMs) > farOffMs) {
    return [
      {
        about: 'clock',
        severity: 'error',
        found: off,
        advice: 'tokens are refused too early or too late; does this machine keep its time (NTP)?',
      },
    ];
  }
  return [{ about: 'clock', severity: 'ok', found: off }];
}

/** What a token is taken for, or why it is refused. */
export async function checkToken(token: string, { identify }: Authentication): Promise<Finding> {
  const about = 'token';
  try {
    const { subject, method, issuer, scopes, groups, expiresAtMs } = await identify({
      authorization: `Bearer ${token}`,
    });
    const by = issuer === undefined ? `as a ${method} token` : `as a token of ${issuer}`;
    const rights = scopes === undefined ? 'no scopes' : `the scopes ${scopes.join(' ') || '(none)'}`;
    const until = Number.isFinite(expiresAtMs) ? `until ${new Date(expiresAtMs).toISOString()}` : 'without an end';
    const member = groups.length > 0 ? `, in the groups ${groups.join(', ')}` : '';
    return { about, severity: 'ok', found: `it is good ${by}, of "${subject}" with ${rights}${member}, ${until}` };
  } catch (error) {
    const { message, reason } = GatewayError.from(error);
    return {
      about,
      severity: 'error',
      found: `it is refused: ${message} (${reason})`,
      advice: explainRefusal(token, reason),
    };
  }
}

/** What people do about the refusals that they meet most. */
function explainRefusal(token: string, reason: string): string {
  const claims = readUnproven(token);
  if (claims === undefined) return 'it is no JWT; a bearer token of three parts, or an API key, was expected';
  const signed = `it says that it was issued by ${claims.iss === undefined ? 'nobody' : `"${claims.iss}"`}, and signed by ${claims.alg}`;
  if (reason === 'TOKEN_EXPIRED' && typeof claims.exp === 'number')
    return `${signed}; it ended at ${new Date(claims.exp * 1_000).toISOString()}`;
  if (/^HS/.test(String(claims.alg)))
    return `${signed}: its signer has another secret than JWT_SECRET here, or another spelling of it, such as a line break at the end`;
  return `${signed}: is that issuer among OIDC_ISSUERS, and this gateway its audience?`;
}

/** What a JWT says of itself; nothing of it is proven. */
function readUnproven(
  token: string,
): { readonly alg: unknown; readonly iss?: unknown; readonly exp?: unknown } | undefined {
  try {
    const [header = '', payload = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    const { alg } = JSON.parse(header) as { readonly alg?: unknown };
    const { iss, exp } = JSON.parse(payload) as { readonly iss?: unknown; readonly exp?: unknown };
    return { alg, iss, exp };
  } catch {
    return undefined;
  }
}
