import { statSync } from 'node:fs';

import type { Schedule } from '../clock/schedule.ts';
import { UserError } from '../errors/user-error.ts';
import { endOfCertificate, readTlsFiles, type TlsFiles, type TlsMaterial } from '../http/tls-files.ts';
import type { ServedTls } from '../http/tls-listener.ts';
import type { Logger } from '../telemetry/logger.ts';

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
  readonly close: () => void;
}

/** How soon a change is seen, in milliseconds. */
const lookMs = 1_000;

/**
 * Reads the certificate, and reads it again whenever its files change: tools that renew certificates replace them. The files are
 * looked at from time to time, since the system does not tell about files that are replaced through links, as Kubernetes does it.
 *
 * A pair that cannot be used leaves the old one in force. It must be seen twice to be told of: who renews a pair writes one file
 * after the other. Throws a UserError when the files cannot be used at the start.
 */
export function openTls({ files, isCertificateRequired, schedule, logger }: OpenTlsOptions): OpenedTls {
  const paths = Object.values(files).flatMap((file) => (file === undefined ? [] : [file.path]));
  let version = versionOf(paths);
  let material = readTlsFiles(files);
  /** What is wrong with the files, and since when that is told. */
  let problem: string | undefined;
  let toldProblem: string | undefined;
  const listeners: (() => void)[] = [];

  const reread = (): void => {
    const found = versionOf(paths);
    if (found === version && problem === undefined) return;
    try {
      material = readTlsFiles(files);
      version = found;
      [problem, toldProblem] = [undefined, undefined];
      for (const listener of listeners) listener();
      logger.info({ endsAt: new Date(endOf(material)).toISOString() }, 'the certificate was read again');
    } catch (error) {
      const text = error instanceof UserError ? error.message : 'the files of the certificate cannot be used';
      if (problem === text && toldProblem !== text) {
        toldProblem = text;
        logger.error({ problem: text }, 'the new certificate cannot be used; the old one stays in force');
      }
      problem = text;
    }
  };
  let cancel = (): void => {};
  const lookLater = (): void => {
    cancel = schedule(() => {
      reread();
      lookLater();
    }, lookMs);
  };
  lookLater();
  return {
    context: () => contextOf(material),
    onChange: (listener) => void listeners.push(listener),
    isCertificateRequired,
    state: () => ({ isCurrent: toldProblem === undefined, endsAtMs: endOf(material) }),
    close: () => cancel(),
  };
}

function contextOf({ certificate: cert, key, authorities: ca }: TlsMaterial): ReturnType<ServedTls['context']> {
  return { cert, key, ...(ca !== undefined && { ca }) };
}

function endOf({ certificate }: TlsMaterial): number {
  return endOfCertificate(certificate!);
}

/** Differs when a file is another one, or was written to. One that cannot be looked at is a version, too. */
function versionOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      try {
        const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
        return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
      } catch {
        return '';
      }
    })
    .join('\n');
}
