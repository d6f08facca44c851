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
