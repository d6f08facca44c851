// `npm run trace` prints which functions of src/ one warm call passes: FindShow by REST, with a token, from the socket to
// Cuebot and back. Counted by V8's precise coverage over the unbundled build.
import { Agent } from 'node:http';
import { fileURLToPath } from 'node:url';

import { createGateway } from '../../src/app/gateway.ts';
import { signToken } from '../../src/authentication/hmac/sign-token.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import { secret, send, testConfig } from '../app/running-gateway.ts';
import { traceCalls } from './trace-calls.ts';

const built = new URL('../../dist/', import.meta.url).href;

const ignore = () => undefined;
/** As pino is at the default level: calls that go well are not told. */
const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, isLevelEnabled: () => false };
const cuebot = await createDemoCuebot();
const gateway = await createGateway(testConfig({ CUEBOT_ENDPOINT: cuebot.endpoint }), logger);
const agent = new Agent({ keepAlive: true });
const token = signToken({ secret, claims: { sub: 'ann', exp: Math.floor(Date.now() / 1000) + 3_600 } });
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const findShow = async () => {
  const url = `${gateway.url}/show.ShowInterface/FindShow`;
  const { status } = await send(agent, url, 'POST', headers, '{"name":"testing"}');
  if (status !== 200) throw new Error(`FindShow was answered with ${status}`);
};
// Compiled, connected and with the token known.
for (let index = 0; index < 50; index += 1) await findShow();
const traced = await traceCalls(findShow, (url) => url.startsWith(built) && !url.startsWith(`${built}demo/`));
agent.destroy();
await gateway.close();
await cuebot.close();

const pathOf = (url: string) => fileURLToPath(url).slice(fileURLToPath(built).length).replace(/\.js$/, '.ts');
for (const { url, functions } of traced) {
  const names = functions.map(
    ({ name, line, calls }) => `${name || '(anonymous)'}:${line}${calls > 1 ? `×${calls}` : ''}`,
  );
  process.stdout.write(`${pathOf(url)}  ${names.join(' ')}\n`);
}
const total = traced.reduce((sum, { functions }) => sum + functions.length, 0);
process.stdout.write(`\none warm FindShow by REST passes ${traced.length} files and ${total} functions of src/\n`);
