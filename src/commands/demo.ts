import { randomBytes } from 'node:crypto';

import { pino } from 'pino';

import { signToken } from '../authentication/hmac/sign-token.ts';
import { type Config, readConfig } from '../config/config.ts';
import type { RawConfig } from '../config/read-settings.ts';
import type { DemoCuebot, DemoCuebotOptions } from '../demo/demo-cuebot.ts';
import { createDemoCuebot, DemoStartError } from '../demo/demo-cuebot.ts';
import { UserError } from '../errors/user-error.ts';
import { createGateway, type Gateway } from '../app/gateway.ts';
import type { Endpoint } from '../upstream/parse-endpoint.ts';

import { closeOnSignal } from './signals.ts';
import type { Command } from './command.ts';
import { surviveRejections } from './survive-rejections.ts';
import { tuneV8ToServe } from './tune-v8.ts';
import { readDemoOptions } from './demo-options.ts';

/** How long the printed token is valid: a working day and a half. */
const tokenSeconds = 12 * 3_600;

/** Until the demo Cuebot listens, and says where. */
const placeholder = '127.0.0.1:8443';

/**
 * `cuegate demo`: a farm in a box and a gateway in front of it, on this machine only. Settings apply as for `serve`; with
 * `--cuebot-only` there is no gateway, and no setting matters.
 */
export const demo: Command = async ({ environment, flags, values, switches }) => {
  const options = readDemoOptions(values, switches);
  if (switches.has('cuebot-only')) return serveCuebotOnly(options);
  const {
    config: settings,
    problems,
    unusedNames,
  } = readConfig({
    environment: {
      JWT_SECRET: randomBytes(48).toString('base64url'),
      HOST: hostOf({ ...environment, ...flags }),
      GRPC_PORT: '0',
      LOG_LEVEL: 'warn',
      ...environment,
      CUEBOT_ENDPOINT: placeholder,
    },
    flags,
  });
  const logger = pino({ level: problems.found.length > 0 ? 'silent' : settings.logLevel });
  surviveRejections(logger);
  for (const sentence of unusedNames) logger.warn({}, sentence);
  const cuebot = await startCuebot(options);
  const config = { ...settings, cuebotEndpoints: [endpointOf(cuebot)] };
  const gateway = await createGateway(config, logger, { problems }).catch(async (error: unknown) => {
    // Its listener would keep the process alive.
    await cuebot.close();
    throw error;
  });
  const close = async () => {
    await gateway.close();
    await cuebot.close();
  };
  closeOnSignal(close, config.drainDelayMs + config.shutdownTimeoutMs, logger, gateway.reload);
  const issuedAt = Math.floor(Date.now() / 1000);
  const token =
    config.auth === 'none'
      ? undefined
      : signToken({
          secret: config.jwtSecret,
          algorithm: 'HS256',
          claims: { sub: 'demo', iat: issuedAt, exp: issuedAt + tokenSeconds },
        });
  process.stdout.write(describeDemo(gateway, config, cuebot.endpoint, token));
};

/**
 * Where the gateway listens unless HOST says it: on this machine alone. The image says by DEMO_HOST that it is all of a container, since
 * published ports do not lead to loopback; whoever wants no tokens has to say so much more plainly.
 */
function hostOf({ AUTH: auth, DEMO_HOST: host }: RawConfig['environment']): string {
  return auth === 'none' || !host ? '127.0.0.1' : host;
}

async function serveCuebotOnly(options: DemoCuebotOptions): Promise<void> {
  const cuebot = await startCuebot(options);
  closeOnSignal(cuebot.close, 1_000, pino({ level: 'warn' }));
  process.stdout.write(`
cuegate demo: a Cuebot in a box, without a gateway

  Cuebot     ${cuebot.endpoint} (gRPC, simulated; starts anew with every run)

Try it with OpenCue's own tools:

  CUEBOT_HOSTS=127.0.0.1 cueadmin -lj

Ctrl+C stops it.
`);
}

function endpointOf({ endpoint, port }: DemoCuebot): Endpoint {
  return { name: endpoint, host: '127.0.0.1', port, isGroup: false };
}

/** A taken port is a mistake of whoever started it, and is told without a stack. */
async function startCuebot(options: DemoCuebotOptions): Promise<DemoCuebot> {
  // Making a farm of 400,000 frames takes a sixth less CPU with code that is optimized.
  tuneV8ToServe();
  try {
    return await createDemoCuebot(options);
  } catch (error) {
    throw error instanceof DemoStartError ? new UserError(error.message, [], { cause: error }) : error;
  }
}

/** What a newcomer needs to begin; the token last but one, so that a double click takes it whole. */
function describeDemo(
  { url, grpcPort }: Gateway,
  { farmPage }: Config,
  cuebot: string,
  token: string | undefined,
): string {
  const header = token === undefined ? '' : ` \\\n  -H "Authorization: Bearer ${token}"`;
  return `
cuegate demo: a farm in a box, with a gateway in front of it

${farmPage ? `  Farm       ${url}/farm\n` : ''}  GraphiQL   ${url}/graphql
  REST       POST ${url}/show.ShowInterface/FindShow
  REST docs  ${url}/docs
  gRPC       127.0.0.1:${grpcPort}, with the token as metadata
  Cuebot     ${cuebot} (gRPC, simulated; starts anew with every run)
  Auth       ${token === undefined ? 'none: whoever reaches this address may do everything' : 'bearer tokens, HS256, with a secret made for this run'}
${token === undefined ? '' : `\nToken, valid for 12 hours (the pages ask for it):\n\n${token}\n`}
Try it:

curl -s ${url}/show.ShowInterface/FindShow \\
  -H "Content-Type: application/json"${header} \\
  -d '{"name":"testing"}'

Ctrl+C stops both.
`;
}
