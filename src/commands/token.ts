import { signToken } from '../authentication/hmac/sign-token.ts';
import { ConfigError } from '../config/config.ts';

import type { Command } from './command.ts';

/** How long the token is valid. */
const tokenSeconds = 3_600;

/**
 * `cuegate token [--scopes "cue:read cue:operate"]`: prints a token signed with JWT_SECRET, valid for an hour, for trying a
 * gateway out. Without scopes it may do what JWT_SECRET_LEVEL says.
 */
export const token: Command = async ({ environment, flags, values }) => {
  const secret = flags['JWT_SECRET'] ?? environment['JWT_SECRET'];
  if (secret === undefined || secret === '') {
    throw new ConfigError(['JWT_SECRET is not set: it must be the secret of the gateway that the token is for']);
  }
  const issuedAt = Math.floor(Date.now() / 1000);
  const { scopes: scope } = values;
  const claims = {
    sub: environment['USER'] ?? 'cuegate',
    iat: issuedAt,
    exp: issuedAt + tokenSeconds,
    ...(scope !== undefined && { scope }),
  };
  process.stdout.write(`${signToken({ secret, algorithm: 'HS256', claims })}\n`);
};
