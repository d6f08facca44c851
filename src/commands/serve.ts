import { pino } from 'pino';

import { createGateway } from '../app/gateway.ts';
import { openTraces } from '../app/open-traces.ts';
import { takeSnapshot } from '../app/snapshot.ts';
import { version } from '../app/version.ts';
import { createAuthentication } from '../authentication/create-authentication.ts';
import { formatExampleFile } from '../config/config-file.ts';
import { ConfigError, printConfig, readConfig } from '../config/config.ts';
import type { RawConfig } from '../config/read-settings.ts';
import { type Logger, silentLogger } from '../telemetry/logger.ts';

import { closeOnSignal } from './signals.ts';
import type { Command } from './command.ts';
import { surviveRejections } from './survive-rejections.ts';
import { tuneV8ToServe } from './tune-v8.ts';

/** `cuegate serve`: serves against the Cuebot at CUEBOT_ENDPOINT until it is told to stop; or says of the settings what is asked. */
export const serve: Command = async (input) => {
  if (input.switches.has('example-config')) return void process.stdout.write(formatExampleFile());
  if (input.switches.has('print-config')) return void process.stdout.write(printConfig(input));
  if (input.switches.has('check-config')) return checkConfig(input);
  const { config, problems, unusedNames, newNames } = readConfig(input);
  const logger = createLogger(problems.found.length > 0 ? 'silent' : config.logLevel);
  surviveRejections(logger);
  const gateway = await createGateway(config, logger, { problems, readSettings: () => readConfig(input) });
  tuneV8ToServe();
  closeOnSignal(gateway.close, config.drainDelayMs + config.shutdownTimeoutMs, logger, gateway.reload);
  logger.info(
    {
      version,
      url: gateway.url,
      graphql: `${gateway.url}/graphql`,
      ...(gateway.grpcPort !== undefined && { grpcPort: gateway.grpcPort }),
      ...(gateway.metricsUrl !== undefined && { metrics: `${gateway.metricsUrl}/metrics` }),
      cuebot: config.cuebotEndpoints.map(({ name }) => name).join(','),
      auth: config.auth,
      ...(config.traces !== undefined && { traces: new URL(config.traces.url).origin }),
      protoSource: config.protoSource ?? 'OpenCue 1.37',
    },
    'cuegate is serving',
  );
  for (const sentence of [...unusedNames, ...newNames]) logger.warn({}, sentence);
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
  if (config.authentication.allowWeakSecrets) {
    logger.warn({}, 'ALLOW_WEAK_JWT_SECRET=true: whoever guesses the secret may do everything on the farm');
  }
  if (config.lanes && config.store === undefined) {
    logger.info({}, 'REDIS_URL is not set: this must be the only cuegate in front of its Cuebot, or calls overlap');
  }
  if (!config.lanes) {
    logger.warn({}, "LANES=false: overlapping calls may act on other people's jobs and layers");
  }
};

/** Records of writes that have no file of their own go to the log at every level but `silent`. */
function createLogger(level: string): Logger {
  const logger = pino({ level });
  if (level === 'silent') return logger;
  const records = logger.child({}, { level: 'info' });
  return Object.assign(logger, { record: records.info.bind(records) as Logger['info'] });
}

/** What a start would find wrong before it listens or dials. */
async function checkConfig(input: RawConfig): Promise<void> {
  const { config, problems } = readConfig(input);
  const isAsking = config.protoSource === 'reflection';
  if (!isAsking) await problems.attempt(undefined, () => takeSnapshot(config));
  // It is open for as long as it takes to say so: nothing has been traced, and nothing is sent.
  await problems.attempt(undefined, () => openTraces(config.traces, silentLogger));
  await problems.attempt('API_KEYS_FILE', async () =>
    createAuthentication(config.authentication, { logger: silentLogger }).close(),
  );
  if (problems.found.length > 0) throw new ConfigError(problems.found);
  process.stdout.write(`every setting can be used${isAsking ? '; the protos are for the server to tell' : ''}\n`);
}
