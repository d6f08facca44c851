import { pino } from 'pino';

import { readConfig } from '../config/config.ts';
import { createGateway } from '../app/gateway.ts';

import { closeOnSignal } from './close-on-signal.ts';
import type { Command } from './command.ts';
import { surviveRejections } from './survive-rejections.ts';
import { tuneV8ToServe } from './tune-v8.ts';

/** `cuegate serve`: serves against the Cuebot at CUEBOT_ENDPOINT until it is told to stop. */
export const serve: Command = async (input) => {
  const { config, problems, unusedNames } = readConfig(input);
  const logger = pino({ level: problems.found.length > 0 ? 'silent' : config.logLevel });
  surviveRejections(logger);
  const gateway = await createGateway(config, logger, { problems });
  tuneV8ToServe();
  closeOnSignal(gateway.close, config.drainDelayMs + config.shutdownTimeoutMs, logger);
  logger.info(
    {
      url: gateway.url,
      graphql: `${gateway.url}/graphql`,
      ...(gateway.grpcPort !== undefined && { grpcPort: gateway.grpcPort }),
      ...(gateway.metricsUrl !== undefined && { metrics: `${gateway.metricsUrl}/metrics` }),
      cuebot: config.cuebotEndpoints.map(({ name }) => name).join(','),
      auth: config.auth,
      protoSource: config.protoSource ?? 'OpenCue 1.37',
    },
    'cuegate is serving',
  );
  for (const sentence of unusedNames) logger.warn({}, sentence);
  if (config.auth === 'none') {
    logger.warn({ host: config.host }, 'AUTH=none: whoever reaches this address may do everything on the farm');
  }
  if (config.jwtSecret !== '' && config.jwtSecretLevel === 'everything') {
    logger.info(
      { jwtSecretLevel: config.jwtSecretLevel },
      'tokens signed with JWT_SECRET that carry no scopes may do everything; to narrow that, set JWT_SECRET_LEVEL=read, or ' +
        'issue tokens with a claim such as "scope": "cue:read cue:operate"',
    );
  }
  if (config.auditFile === undefined && ['silent', 'error', 'warn'].includes(config.logLevel)) {
    logger.warn(
      { logLevel: config.logLevel },
      'writes are not written down: the audit goes to the log at info, which LOG_LEVEL leaves out; set AUDIT_FILE',
    );
  }
  if (config.authentication.allowWeakSecrets) {
    logger.warn({}, 'ALLOW_WEAK_JWT_SECRET=true: whoever guesses the secret may do everything on the farm');
  }
  if (!config.lanes) {
    logger.warn({}, "LANES=false: overlapping calls may act on other people's jobs and layers");
  }
};
