import { takeSnapshot } from '../app/snapshot.ts';
import { createAuthentication } from '../authentication/create-authentication.ts';
import { readConfig } from '../config/config.ts';
import type { RawConfig } from '../config/read-settings.ts';
import { UserError } from '../errors/user-error.ts';
import { silentLogger } from '../telemetry/logger.ts';

import { checkAuditFile } from './check-audit-file.ts';
import { checkAuthentication, checkToken } from './check-authentication.ts';
import { checkCuebots } from './check-cuebots.ts';
import { checkExposure } from './check-exposure.ts';
import { checkSettings } from './check-settings.ts';
import { checkStore } from './check-store.ts';
import type { Finding } from './finding.ts';

/**
 * Looks at everything that a gateway with these settings would lean on, and changes none of it. What cannot be looked at, since
 * something else is missing, is left out. Rejects only where the doctor itself is broken.
 *
 * @param token what somebody was refused with; undefined: nothing
 */
export async function runDoctor(raw: RawConfig, token: string | undefined): Promise<readonly Finding[]> {
  const read = readConfig(raw);
  const findings: Finding[] = [...checkSettings(read)];
  // A config with problems is only good for finding more of them.
  if (read.problems.found.length > 0) return findings;
  const { config } = read;
  // Whoever asks a server for its protos learns first whether there is one.
  const snapshot = await takeSnapshot({
    ...config,
    protoSource: config.protoSource === 'reflection' ? undefined : config.protoSource,
  }).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    findings.push({ about: 'files', severity: 'error', found: error.message });
    return undefined;
  });
  if (snapshot !== undefined) findings.push(...(await checkCuebots(config, snapshot.table)));
  if (config.store !== undefined) findings.push(...(await checkStore(config.store)));
  const authentication = await openAuthentication(config.authentication, findings);
  try {
    if (authentication !== undefined) {
      findings.push(...(await checkAuthentication(config, authentication)));
      if (token !== undefined) findings.push(await checkToken(token, authentication));
    }
  } finally {
    authentication?.close();
  }
  findings.push(...(await checkAuditFile(config)));
  if (snapshot !== undefined) findings.push(...checkExposure(config, snapshot));
  return findings;
}

async function openAuthentication(
  settings: ReturnType<typeof readConfig>['config']['authentication'],
  findings: Finding[],
) {
  try {
    return createAuthentication(settings, { logger: silentLogger });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    findings.push({ about: 'files', severity: 'error', found: error.message });
    return undefined;
  }
}
