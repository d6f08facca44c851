import { createApiKey, formatApiKey, hashSecret } from '../authentication/api-keys/api-key.ts';
import { CommandLineError } from './command-line.ts';

import type { Command } from './command.ts';

const usage = 'cuegate api-key --subject nightly-report --scopes "cue:read"';

/**
 * `cuegate api-key --subject NAME --scopes SCOPES`: makes an API key and prints it, with the entry for API_KEYS_FILE that
 * lets it in. The key is kept nowhere: a lost one is replaced by another.
 */
export const apiKey: Command = async ({ values }) => {
  const { subject, scopes } = values;
  if (subject === undefined || scopes === undefined) {
    throw new CommandLineError(`"api-key" needs the user of the key and what it may do: ${usage}`);
  }
  const key = createApiKey();
  const entry = {
    id: key.id,
    sha256: hashSecret(key.secret).toString('hex'),
    subject,
    scopes: scopes.split(/[\s,]+/).filter((scope) => scope !== ''),
  };
  process.stdout.write(`The key; it is shown only now:

${formatApiKey(key)}

Its entry in API_KEYS_FILE, whose form is {"keys": [ENTRY, …]}. "expires" (a time in UTC), "networks" and "groups" (lists)
may be added:

${JSON.stringify(entry, undefined, 2)}
`);
};
