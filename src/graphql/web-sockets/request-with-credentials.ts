import type { IncomingMessage } from 'node:http';

import { GatewayError } from '../../call/gateway-error.ts';

/** The headers that a client may send in the payload of `connection_init`, since a page cannot send them with the upgrade. */
const credentialNames: ReadonlySet<string> = new Set(['authorization', 'x-api-key']);

/**
 * The request that opened a socket, with the credentials of its `connection_init` as if they were headers; so whoever identifies
 * requests identifies sockets.
 *
 * @throws GatewayError INVALID_ARGUMENT for a header that has come already, and says something else
 */
export function requestWithCredentials(
  request: IncomingMessage,
  payload: Readonly<Record<string, unknown>> = {},
): IncomingMessage {
  const headers = { ...request.headers };
  // What a client accepts of the upgrade says nothing of streams.
  delete headers.accept;
  for (const [key, value] of Object.entries(payload)) {
    const name = key.toLowerCase();
    if (!credentialNames.has(name) || typeof value !== 'string') continue;
    const given = value.trim();
    if ((headers[name] ?? given) !== given) throw ambiguous(name);
    headers[name] = given;
  }
  return Object.create(request, { headers: { value: headers } }) as IncomingMessage;
}

/** A proxy in front may have judged the other one. */
function ambiguous(name: string): GatewayError {
  return new GatewayError('INVALID_ARGUMENT', `"${name}" came twice, with different values; send exactly one`, {
    reason: 'CREDENTIALS_AMBIGUOUS',
  });
}
