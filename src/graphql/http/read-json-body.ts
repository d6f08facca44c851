import type { IncomingMessage, ServerResponse } from 'node:http';

import { type ReadBodyOptions, readBody } from '../../http/read-body.ts';

import { httpError } from './http-error.ts';
import { parseJsonInSlices, TooManyValues } from './parse-json-in-slices.ts';

/** JSON is UTF-8 on the wire (RFC 8259, 8.1: https://www.rfc-editor.org/rfc/rfc8259#section-8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** How much is read of a body. */
export interface JsonBodyOptions {
  readonly maxBytes: number;
  /** Commas and opening brackets, which is how values are counted. */
  readonly maxValues: number;
  /** Asks whether so many bytes more may be held. */
  readonly take: NonNullable<ReadBodyOptions['take']>;
  /** Told when they may not. */
  readonly onNoRoom: () => void;
}

/**
 * Reads a request's body as JSON. Yoga would read it through two layers of web streams, which cost more than the rest of a
 * small operation.
 *
 * @throws GraphQLError 413 for more than `maxBytes`, of which no more than that is kept, or more than `maxValues`; 400 for what is
 * no JSON, or no object
 */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, maxValues, take, onNoRoom }: JsonBodyOptions,
): Promise<object> {
  const body = await readBody(request, response, {
    maxBytes,
    take,
    noRoom: () => {
      onNoRoom();
      return httpError(
        413,
        'BODY_BUFFERS_FULL',
        'The gateway holds as many bytes of bodies as it may; try again in a moment.',
      );
    },
    tooLong: () =>
      httpError(413, 'BODY_TOO_LONG', `The body is larger than ${maxBytes} bytes (GRAPHQL_MAX_REQUEST_MB).`),
    // A client that left in the middle gets no answer, but its operation must end.
    gone: () => httpError(400, 'BODY_INCOMPLETE', 'The body ended early.'),
  });
  const value = await parseJson(body, maxValues);
  if (typeof value === 'object' && value !== null) return value;
  throw httpError(
    400,
    'BODY_MALFORMED',
    'The body must be a JSON object with "query", and perhaps "variables" and "operationName".',
  );
}

/** Longer ones are parsed in slices, in bytes. */
const longestAtOnce = 64 * 1024;

async function parseJson(body: Buffer, maxValues: number): Promise<unknown> {
  try {
    // No value is shorter than a byte.
    if (body.length <= Math.min(longestAtOnce, maxValues)) return JSON.parse(utf8.decode(body));
    return await parseJsonInSlices(body, maxValues);
  } catch (error) {
    if (!(error instanceof TooManyValues)) throw httpError(400, 'BODY_MALFORMED', 'The body is not valid JSON.');
    throw httpError(
      413,
      'TOO_MANY_VALUES',
      `The body holds more than ${maxValues} values (GRAPHQL_MAX_VALUES). Send them in several requests.`,
    );
  }
}
