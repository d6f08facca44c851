/** How to get a good one. */
export const generateSecret = 'generate one: openssl rand -base64 48';

/** The secrets that stand in OpenCue's own images, compose files and documents: everybody knows them. */
const knownSecrets: ReadonlySet<string> = new Set([
  'default-secret-key',
  'dev-secret-key-change-in-production',
  'dev-secret-key-not-for-production',
  'opencue-dev-jwt-secret-change-in-production',
  'cueweb-nextauth-secret-change-in-production',
  'production-secret-key-very-long-and-secure',
  'your-secret-key',
]);

/** What documents write where a secret belongs, without hyphens and the like. A random secret has none of it. */
const placeholders: readonly string[] = [
  'changeinproduction',
  'notforproduction',
  'verylongandsecure',
  'yoursecret',
  'defaultsecret',
  'changeme',
  'replaceme',
];

/** RFC 7518, 3.2 (https://www.rfc-editor.org/rfc/rfc7518#section-3.2). */
const minSecretBytes = 32;

/** 32 random bytes have some 16 different characters even in hex; what has fewer than half of that was typed. */
const minDifferentCharacters = 8;

/** Says of each secret why it can be guessed, if it can. Empty ones are not set. */
export function* findWeakSecrets(secrets: readonly (readonly [setting: string, secret: string])[]): Iterable<string> {
  for (const [setting, secret] of secrets) {
    const weakness = secret === '' ? undefined : weaknessOf(secret);
    if (weakness !== undefined) yield `${setting} ${weakness}; ${generateSecret}`;
  }
}

function weaknessOf(secret: string): string | undefined {
  if (knownSecrets.has(secret)) return "is a default that everybody can read in OpenCue's documents";
  const letters = secret.toLowerCase().replaceAll(/[^a-z]/g, '');
  const placeholder = placeholders.find((each) => letters.includes(each));
  if (placeholder !== undefined) return 'is a placeholder of the kind that documents show, and no secret';
  const bytes = Buffer.byteLength(secret);
  if (bytes < minSecretBytes) return `has ${bytes} bytes; at least ${minSecretBytes} are required`;
  const characters = new Set(secret).size;
  return characters < minDifferentCharacters
    ? `has ${characters} different characters, so it can be guessed`
    : undefined;
}
