import { UserError } from '../../errors/user-error.ts';
import { type CryptoKey, importJWK, type JWK } from 'jose';

/** Which keys an algorithm takes: their `kty`, and their `crv` where they have one. */
interface KeyKind {
  readonly kty: string;
  readonly crv: string | undefined;
}

const rsa: KeyKind = { kty: 'RSA', crv: undefined };
const ed25519: KeyKind = { kty: 'OKP', crv: 'Ed25519' };

/**
 * The algorithms whose signatures a public key proves (RFC 7518, 3.1, https://www.rfc-editor.org/rfc/rfc7518#section-3.1; RFC 8037,
 * 3.1; RFC 9864). Those with a shared secret are not here, so that no list of algorithms can ever let a published key serve
 * as one.
 */
export const signatureAlgorithms: ReadonlyMap<string, KeyKind> = new Map([
  ['RS256', rsa],
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['ES512', { kty: 'EC', crv: 'P-521' }],
  ['EdDSA', ed25519],
  ['Ed25519', ed25519],
]);

/** The public keys of an issuer, imported. */
export interface KeyRing {
  /** How many keys there are. */
  readonly size: number;
  /** The keys that may have made a signature: of this algorithm, and of this `kid` when the token names one. */
  find(algorithm: string, kid: string | undefined): readonly CryptoKey[];
  /** Whether the issuer publishes a key of this name, be it of no use here. */
  has(kid: string): boolean;
}

/** A key set that cannot be used; the message is for the log. */
export class KeyRingError extends UserError {
  override readonly name = 'KeyRingError';
}

/** More than any provider has; each costs work to import. */
const maxKeys = 100;

/** RFC 7518, 3.3 (https://www.rfc-editor.org/rfc/rfc7518#section-3.3). */
const minModulusBytes = 256;

/**
 * Imports a JWK Set (RFC 7517, https://www.rfc-editor.org/rfc/rfc7517#section-5). Keys that are not for signatures, too short or of a kind
 * that no allowed algorithm takes are passed over, as section 5 wants it. Rejects with KeyRingError when none is left:
 * an issuer without keys is an outage and no reason to forget the keys that there were.
 */
export async function importKeyRing(document: unknown, algorithms: readonly string[]): Promise<KeyRing> {
  const keys = (document as { readonly keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new KeyRingError('the key set has no list "keys"');
  if (keys.length > maxKeys) throw new KeyRingError(`the key set has ${keys.length} keys; at most ${maxKeys} are read`);
  const usable = (keys as unknown[]).filter(isForSignatures);
  const imported = await Promise.all(usable.map((jwk) => importKey(jwk, algorithms)));
  const entries = imported.flat();
  if (entries.length === 0) {
    throw new KeyRingError(`none of the ${keys.length} keys of the key set is for ${algorithms.join(', ')}`);
  }
  const names = new Set((keys as unknown[]).map((jwk) => (jwk as JWK | null)?.kid));
  return {
    size: imported.filter((each) => each.length > 0).length,
    find: (algorithm, kid) =>
      entries
        .filter((entry) => entry.algorithm === algorithm && (kid === undefined || entry.kid === kid))
        .map(({ key }) => key),
    has: (kid) => names.has(kid),
  };
}

interface ImportedKey {
  readonly kid: string | undefined;
  readonly algorithm: string;
  readonly key: CryptoKey;
}

/** RFC 7517, 4.2 and 4.3. jose checks neither in `importJWK`. A private key in there is no reason to trust it. */
function isForSignatures(jwk: unknown): jwk is JWK {
  if (typeof jwk !== 'object' || jwk === null) return false;
  const { use, key_ops: operations, kty, n, d } = jwk as JWK;
  if (use !== undefined && use !== 'sig') return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false;
  if (kty === 'RSA' && (typeof n !== 'string' || Buffer.from(n, 'base64url').length < minModulusBytes)) return false;
  return d === undefined;
}

/** A key is imported once for each algorithm that it may be used with, since WebCrypto ties a key to one. */
async function importKey(jwk: JWK, algorithms: readonly string[]): Promise<readonly ImportedKey[]> {
  const kid = typeof jwk.kid === 'string' ? jwk.kid : undefined;
  const fitting = algorithms.filter((algorithm) => {
    const { kty, crv } = signatureAlgorithms.get(algorithm)!;
    return (
      jwk.kty === kty && (crv === undefined || jwk.crv === crv) && (jwk.alg === undefined || jwk.alg === algorithm)
    );
  });
  const keys = await Promise.all(
    fitting.map(async (algorithm) => {
      try {
        // `ext` and `key_ops` are about whoever made the key.
        const { kty, n, e, crv, x, y } = jwk;
        const bare = Object.fromEntries(
          Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => value !== undefined),
        );
        const key = await importJWK(bare as JWK, algorithm);
        return { kid, algorithm, key: key as CryptoKey };
      } catch {
        return undefined;
      }
    }),
  );
  return keys.filter((key) => key !== undefined);
}
