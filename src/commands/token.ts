import { signToken } from '../authentication/hmac/sign-token.ts';
import { ConfigError, readConfig } from '../config/config.ts';

import type { Command } from './command.ts';
import { CommandLineError } from './command-line.ts';

/** How long the token is valid. */
const tokenSeconds = 3_600;

/**
 * `cuegate token [--subject ann] [--scopes "cue:read cue:operate"]`: prints a token signed with JWT_SECRET, valid for an hour,
 * for trying a gateway out. Its subject is the user who runs the command where none is given. Without scopes it may do what
 * JWT_SECRET_LEVEL says.
 */
export const token: Command = async ({ environment, flags, values }) => {
  const issuedAt = Math.floor(Date.now() / 1000);
  const { scopes: scope, subject = environment['USER'] || 'cuegate' } = values;
  if (subject === '') throw new CommandLineError('--subject is empty; it names the user whom the token is for');
  const claims = {
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + tokenSeconds,
    ...(scope !== undefined && { scope }),
  };
  const secret = readSecret({ environment, flags });
  process.stdout.write(`${signToken({ secret, algorithm: 'HS256', claims })}\n`);
};

/** The secret as the gateway reads it, also from the file of JWT_SECRET_FILE. What else is wrong with the settings is not asked here. */
function readSecret({ environment, flags }: Parameters<typeof readConfig>[0]): string {
  const { config, problems } = readConfig({ environment: { ...environment, AUTH: 'jwt' }, flags });
  if (config.jwtSecret !== '') return config.jwtSecret;
  const problem = problems.found.find((found) => found.startsWith('JWT_SECRET_FILE'));
  throw new ConfigError([
    problem ?? 'JWT_SECRET is not set: it must be the secret of the gateway that the token is for',
  ]);
}
