import { pino } from 'pino';

import { parseConfig } from '../config.ts';
import { createGateway } from '../gateway.ts';

import { closeOnSignal } from './close-on-signal.ts';
import type { Command } from './command.ts';

/** `cuegate serve`: serves against the Cuebot at CUEBOT_ENDPOINT until it is told to stop. */
export const serve: Command = async (input) => {
  const config = parseConfig(input);
  const logger = pino({ level: config.logLevel });
  const gateway = await createGateway(config, logger);
  closeOnSignal(gateway.close, config.shutdownTimeoutMs, logger);
  logger.info(
    {
      url: gateway.url,
      graphql: `${gateway.url}/graphql`,
      cuebot: config.cuebotEndpoint,
      auth: config.auth,
      protoSource: config.protoSource ?? 'OpenCue 1.37',
    },
    'cuegate is serving',
  );
  if (config.auth === 'none') {
    logger.warn({ host: config.host }, 'AUTH=none: whoever reaches this address may do everything on the farm');
  }
  if (config.allowWeakJwtSecret) {
    logger.warn({}, 'ALLOW_WEAK_JWT_SECRET=true: whoever guesses the secret may do everything on the farm');
  }
  if (!config.lanes) {
    logger.warn({}, "LANES=false: overlapping calls may act on other people's jobs and layers");
  }
};
