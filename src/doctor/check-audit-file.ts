import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { userInfo } from 'node:os';

import type { Config } from '../config/config.ts';

import type { Finding } from './finding.ts';

/** Where writes are written down, whose file that is, and who may read it. */
export async function checkAuditFile({ auditFile, auditKeyFile, logLevel }: Config): Promise<readonly Finding[]> {
  const about = 'audit';
  if (auditFile === undefined) {
    const isLost = logLevel === 'silent';
    const advice = 'set AUDIT_FILE';
    if (isLost)
      return [{ about, severity: 'warning', found: `LOG_LEVEL=${logLevel} leaves the records of writes out`, advice }];
    return [
      {
        about,
        severity: 'note',
        found: 'records of writes go to the log',
        advice: 'AUDIT_FILE ties each record to the one before',
      },
    ];
  }
  const folder = dirname(auditFile);
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) {
    const { username } = userInfo();
    return [
      {
        about,
        severity: 'error',
        found: `${folder}, the folder of AUDIT_FILE, cannot be written to by ${username}`,
        advice: 'without it cuegate does not start',
      },
    ];
  }
  const found = await stat(auditFile).catch(() => undefined);
  const sealed = auditKeyFile === undefined ? ', sealed without a key' : ', sealed with a key';
  if (found === undefined) return [{ about, severity: 'ok', found: `${auditFile} will be made${sealed}` }];
  const owner = `of user ${found.uid}, ${found.size} bytes${sealed}`;
  if ((found.mode & 0o007) !== 0) {
    return [
      {
        about,
        severity: 'warning',
        found: `${auditFile} is open to everybody on this machine (${owner})`,
        advice: 'chmod o= takes that away',
      },
    ];
  }
  return [{ about, severity: 'ok', found: `${auditFile} is ${owner}` }];
}
