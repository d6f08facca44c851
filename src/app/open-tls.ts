import type { Schedule } from '../clock/schedule.ts';
import { UserError } from '../errors/user-error.ts';
import { endOfCertificate, readTlsFiles, type TlsFiles, type TlsMaterial } from '../http/tls-files.ts';
import type { ServedTls } from '../http/tls-listener.ts';
import type { Logger } from '../telemetry/logger.ts';

import { watchFiles } from './watch-files.ts';

/** What the gateway's certificate is opened with. */
export interface OpenTlsOptions {
  readonly files: TlsFiles;
  readonly isCertificateRequired: boolean;
  readonly schedule: Schedule;
  readonly logger: Logger;
}

/** The gateway's certificate, as listeners use it and metrics tell it. */
export interface OpenedTls extends ServedTls {
  /** Whether what is in force is what the files hold, and until when it is good, in milliseconds since 1970. */
  readonly state: () => { readonly isCurrent: boolean; readonly endsAtMs: number };
  /** Reads the files now. */
  readonly reread: () => void;
  readonly close: () => void;
}

/**
 * Reads the certificate, and reads it again whenever its files change: tools that renew certificates replace them. A pair that
 * cannot be used leaves the old one in force. Throws a UserError when the files cannot be used at the start.
 */
export function openTls({ files, isCertificateRequired, schedule, logger }: OpenTlsOptions): OpenedTls {
  const paths = Object.values(files).flatMap((file) => (file === undefined ? [] : [file.path]));
  let isCurrent = true;
  const listeners: (() => void)[] = [];
  const reread = (): void => {
    try {
      material = readTlsFiles(files);
      isCurrent = true;
      for (const listener of listeners) listener();
      logger.info({ endsAt: new Date(endOf(material)).toISOString() }, 'the certificate was read again');
    } catch (error) {
      isCurrent = false;
      const problem = error instanceof UserError ? error.message : 'the files of the certificate cannot be used';
      logger.error({ problem }, 'the new certificate cannot be used; the old one stays in force');
    }
  };
  // First of all, so that no change is missed.
  const close = watchFiles({ list: () => paths, schedule, onChange: reread });
  let material: TlsMaterial;
  try {
    material = readTlsFiles(files);
  } catch (error) {
    close();
    throw error;
  }
  return {
    context: () => contextOf(material),
    onChange: (listener) => void listeners.push(listener),
    isCertificateRequired,
    state: () => ({ isCurrent, endsAtMs: endOf(material) }),
    reread,
    close,
  };
}

function contextOf({ certificate: cert, key, authorities: ca }: TlsMaterial): ReturnType<ServedTls['context']> {
  return { cert, key, ...(ca !== undefined && { ca }) };
}

function endOf({ certificate }: TlsMaterial): number {
  return endOfCertificate(certificate!);
}
