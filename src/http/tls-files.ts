import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';

import { UserError } from '../errors/user-error.ts';

/** The files that one side of a TLS connection needs, by the settings that name them. Undefined: not set. */
export interface TlsFiles {
  readonly certificate: SettingFile | undefined;
  readonly key: SettingFile | undefined;
  /** Certificates of authorities: whom the other side's certificate must come from. */
  readonly authorities: SettingFile | undefined;
}

/** A file, and the setting that names it. */
export interface SettingFile {
  readonly setting: string;
  readonly path: string;
}

/** What the files hold, as PEM (RFC 7468). */
export interface TlsMaterial {
  /** The own certificate, and those between it and its authority. */
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly authorities: Buffer | undefined;
}

/**
 * Reads the files and tries them as OpenSSL will. Throws a UserError that names the setting and its file: one that cannot be
 * read, holds no PEM of its kind, or a key that does not belong to its certificate. Nothing of a key is told.
 */
export function readTlsFiles({ certificate, key, authorities }: TlsFiles): TlsMaterial {
  const material = { certificate: read(certificate), key: read(key), authorities: read(authorities) };
  if (certificate !== undefined) findCertificates(certificate, material.certificate!);
  if (authorities !== undefined) findCertificates(authorities, material.authorities!);
  if (key !== undefined) attempt(key, 'holds no private key that can be used', () => context({ key: material.key! }));
  if (certificate !== undefined && key !== undefined) {
    const problem = `does not belong to the certificate of ${certificate.setting}, ${certificate.path}`;
    attempt(key, problem, () => context({ key: material.key!, cert: material.certificate! }));
  }
  return material;
}

/** Whether two readings of the files found the same. */
export function isSameMaterial(one: TlsMaterial, other: TlsMaterial): boolean {
  return isDeepStrictEqual(one, other);
}

/** When the own certificate ends, in milliseconds since 1970. */
export function endOfCertificate(pem: Buffer): number {
  return Date.parse(new X509Certificate(pem).validTo);
}

function read(file: SettingFile | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file.path);
  } catch (cause) {
    const problem = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new UserError(`${file.setting}: the file ${file.path} ${problem}`, [], { cause });
  }
}

/** OpenSSL takes a file of authorities in which there is none, and then believes nobody. */
function findCertificates(file: SettingFile, pem: Buffer): void {
  const found = pem.toString('latin1').match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END/g) ?? [];
  if (found.length === 0) {
    throw new UserError(
      `${file.setting}: the file ${file.path} holds no certificate; expected PEM, which begins with -----BEGIN CERTIFICATE-----`,
    );
  }
  attempt(file, 'holds a certificate that cannot be read', () => new X509Certificate(pem));
}

const context = createSecureContext;

function attempt(file: SettingFile, problem: string, work: () => unknown): void {
  try {
    work();
  } catch (cause) {
    throw new UserError(`${file.setting}: the file ${file.path} ${problem}`, [], { cause });
  }
}
