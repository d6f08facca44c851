import type { SettingFile, TlsFiles } from '../http/tls-files.ts';
import type { Reader } from './read-settings.ts';
import type { OptionName } from './settings.ts';

/** Reads how TLS is spoken to Cuebot; undefined: plain text. Adds to `problems`. */
export function readCuebotTls(read: Reader, problems: string[]): TlsFiles | undefined {
  const files = {
    certificate: fileOf(read, 'CUEBOT_CERT_FILE'),
    key: fileOf(read, 'CUEBOT_KEY_FILE'),
    authorities: fileOf(read, 'CUEBOT_CA_FILE'),
  };
  problems.push(...halfPair(files));
  if (read.boolean('CUEBOT_TLS')) return files;
  // Who names an authority believes that TLS is spoken, and would not see that it is not.
  for (const file of Object.values(files)) {
    if (file !== undefined) problems.push(`${file.setting} is set, but CUEBOT_TLS is not; set CUEBOT_TLS=true`);
  }
  return undefined;
}

/** How TLS is spoken to callers. */
export interface ServedTlsSettings {
  readonly files: TlsFiles;
  /** Whether whoever shows no certificate of the authorities is turned away. */
  readonly isCertificateRequired: boolean;
}

/** Reads how TLS is spoken to callers; undefined: plain text. Adds to `problems`. */
export function readServedTls(read: Reader, problems: string[]): ServedTlsSettings | undefined {
  const files = {
    certificate: fileOf(read, 'TLS_CERT_FILE'),
    key: fileOf(read, 'TLS_KEY_FILE'),
    authorities: fileOf(read, 'TLS_CLIENT_CA_FILE'),
  };
  const isCertificateRequired = read.text('TLS_CLIENT_AUTH') === 'required';
  problems.push(...halfPair(files));
  if (isCertificateRequired && files.authorities === undefined) {
    problems.push('TLS_CLIENT_AUTH is required, but TLS_CLIENT_CA_FILE does not say whose certificates are believed');
  }
  if (files.certificate !== undefined && files.key !== undefined) return { files, isCertificateRequired };
  const needsOne = files.authorities?.setting ?? (read.text('GRPC_TLS') === 'on' ? 'GRPC_TLS' : undefined);
  if (needsOne !== undefined && files.certificate === files.key) {
    problems.push(`${needsOne} needs a certificate of the gateway's own; set TLS_CERT_FILE and TLS_KEY_FILE`);
  }
  return undefined;
}

function fileOf(read: Reader, setting: OptionName): SettingFile | undefined {
  const path = read.text(setting);
  return path === '' ? undefined : { setting, path };
}

function* halfPair({ certificate, key }: TlsFiles): Iterable<string> {
  if ((certificate === undefined) === (key === undefined)) return;
  const { setting } = (certificate ?? key)!;
  const missing = setting.replace(/CERT|KEY/, (half) => (half === 'CERT' ? 'KEY' : 'CERT'));
  yield `${setting} is set, but ${missing} is not; a certificate is of use with its key alone`;
}
