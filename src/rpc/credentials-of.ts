import type { IncomingMessage } from 'node:http';

import type { Credentials } from './identity.ts';

/** What an HTTP request offers to be identified by. Headers and nothing else: URLs end up in logs. */
export function credentialsOf({ headers, rawHeaders, socket }: IncomingMessage): Credentials {
  const { authorization } = headers;
  return {
    authorization,
    isAmbiguous: authorization !== undefined && isRepeated(rawHeaders),
    remoteAddress: socket.remoteAddress,
  };
}

/** Node keeps the first of several `Authorization` lines without a word. */
function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === 13 && name.toLowerCase() === 'authorization') count += 1;
  }
  return count > 1;
}
