import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key, as files and as PEM. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** An authority of the tests' own. */
export interface TestAuthority extends TestCertificate {
  /**
   * Signs a certificate.
   *
   * @param names subject alternative names as OpenSSL writes them, e.g. `DNS:localhost,IP:127.0.0.1`
   */
  issue(names: string): TestCertificate;
  /** Takes the files away. */
  remove(): void;
}

/** By the program openssl (3.0 or newer), since Node can read certificates and not sign them. Valid for two days. */
export function createAuthority(name = 'authority of the tests'): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-tls-'));
  let count = 0;
  const make = (subject: string, more: readonly string[]): TestCertificate => {
    const base = join(folder, String(count++));
    const [certFile, keyFile] = [`${base}.pem`, `${base}.key`];
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const request = ['req', '-x509', ...newKey, '-out', certFile, '-days', '2', '-subj', `/CN=${subject}`, ...more];
    execFileSync('openssl', request, { stdio: ['ignore', 'ignore', 'pipe'] });
    return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  };
  const own = make(name, []);
  return {
    ...own,
    issue: (names) =>
      make('of the tests', [
        ...['-CA', own.certFile, '-CAkey', own.keyFile],
        ...['-addext', `subjectAltName=${names}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
      ]),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** The names of a server in tests. */
export const loopbackNames = 'DNS:localhost,IP:127.0.0.1';
