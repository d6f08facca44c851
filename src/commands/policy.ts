import { createAuthentication } from '../authentication/create-authentication.ts';
import { decide } from '../authorization/decide.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { CommandLineError } from './command-line.ts';
import { type Config, parseConfig } from '../config/config.ts';
import { GatewayError } from '../call/gateway-error.ts';
import type { Identity } from '../call/identity.ts';
import { compileRpcPattern } from '../rpc-table/rpc-pattern.ts';
import { takeSnapshot } from '../app/snapshot.ts';

import type { Command } from './command.ts';

const usage = 'cuegate policy explain --token TOKEN job.JobInterface/Kill';

/**
 * `cuegate policy explain --token TOKEN RPC…`: says for each RPC, or pattern over them, whether the bearer of the token may
 * call it, and why. Settings count, an upstream is not needed. Ends with status 1 when a call would be refused.
 */
export const policy: Command = async ({ environment, flags, words, values }) => {
  const [verb, ...patterns] = words;
  if (verb !== 'explain' || patterns.length === 0) {
    throw new CommandLineError(`"policy" takes the word "explain" and the names of RPCs: ${usage}`);
  }
  const config = parseConfig({
    // Nothing is dialled and nobody is served, so these need not be set.
    environment: { CUEBOT_ENDPOINT: 'localhost:8443', ...environment, HOST: '127.0.0.1' },
    flags,
  });
  if (config.auth === 'jwt' && values['token'] === undefined) {
    throw new CommandLineError(`"policy explain" needs a token: ${usage}`);
  }
  const { table, policy } = await takeSnapshot(config);
  const principal = policy.principalOf(await identityOf(values['token'], config));
  for (const text of patterns) {
    const pattern = compileRpcPattern(text);
    const meant = pattern === undefined ? [] : table.rows.filter(({ method }) => pattern(method));
    if (meant.length === 0) throw new CommandLineError(`"${text}" is no RPC; cuegate operations lists them all`);
    for (const { method } of meant) {
      const { allow, reason, rule, message } = decide(principal, policy.factsOf(method));
      const answer = allow ? 'yes' : reason === 'RESOURCE_NEEDED' ? 'depends' : 'no';
      if (answer === 'no') process.exitCode = 1;
      process.stdout.write(
        `${answer}: ${method.fullName}: ${allow ? `by ${rule}` : `${message} (${rule}, ${reason})`}\n`,
      );
    }
  }
};

/** @throws CommandLineError when the token is refused: then nothing may be called with it. */
async function identityOf(token: string | undefined, { authentication: settings }: Config): Promise<Identity> {
  const authentication = createAuthentication(settings, { logger: silentLogger });
  try {
    await authentication.start();
    return await authentication.identify({ authorization: token === undefined ? undefined : `Bearer ${token}` });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new CommandLineError(`no: the token is refused before anything is called: ${error.message}`);
  } finally {
    authentication.close();
  }
}
