import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Plugin } from 'graphql-yoga';

import type { Hold } from '../../http/byte-budget.ts';
import type { FormatChallenge } from '../../call/challenge.ts';
import { buffersFull } from '../../call/gateway-error.ts';
import type { IdentifyRequest, Identity } from '../../call/identity.ts';

import { httpError, refusal } from './http-error.ts';
import { readJsonBody } from './read-json-body.ts';
import { readQueryString } from './read-query-string.ts';

/** What one HTTP request brings along; the operation's context grows out of it. */
export interface RequestContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  /** What is held in memory for this request. */
  readonly hold: Hold;
  /** Set by the guard. */
  identity?: Identity;
}

const acceptable: ReadonlySet<string> = new Set([
  '*/*',
  'application/*',
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
]);

/** What requests are held against. */
export interface GuardOptions {
  readonly identify: IdentifyRequest;
  readonly formatChallenge: FormatChallenge;
  readonly maxBodyBytes: number;
  /** In a body. */
  readonly maxValues: number;
  /** Counts a request that was refused for want of memory, by its reason. */
  readonly onRefused: (reason: string) => void;
}

/**
 * Everything that a request's head decides, before its body is read: who calls, and whether both sides speak JSON; and how the
 * body is read then. Nobody gets further without an identity, not even to a parse error: GraphQL's suggestions and
 * introspection describe the farm.
 */
export function guardRequests({
  identify,
  formatChallenge,
  maxBodyBytes,
  maxValues,
  onRefused,
}: GuardOptions): Plugin<RequestContext, RequestContext> {
  return {
    onRequestParse: async ({ serverContext, setRequestParser }) => {
      const { req, res, requestId, hold } = serverContext;
      serverContext.identity = await identifyCaller(identify, formatChallenge, req, requestId);
      hold.assign(serverContext.identity.subject);
      assertAcceptable(req);
      if (!(await hold.takeSoon(0))) {
        onRefused('BUFFERS_FULL');
        throw refusal(buffersFull(), requestId);
      }
      const onNoRoom = () => onRefused('BODY_BUFFERS_FULL');
      const reading = { maxBytes: maxBodyBytes, maxValues, take: hold.take, onNoRoom };
      if (req.method === 'POST') setRequestParser(() => readJsonBody(req, res, reading));
      if (req.method === 'GET') setRequestParser(() => readQueryString(req.url ?? ''));
    },
  };
}

async function identifyCaller(
  identify: IdentifyRequest,
  formatChallenge: FormatChallenge,
  request: IncomingMessage,
  requestId: string,
): Promise<Identity> {
  try {
    return await identify(request, requestId);
  } catch (error) {
    throw refusal(error, requestId, formatChallenge);
  }
}

/**
 * GraphQL over HTTP (https://graphql.github.io/graphql-over-http/) in JSON, alone or as server-sent events. Forms and
 * `text/plain` are what a browser sends across sites without asking.
 */
function assertAcceptable({ method, headers }: IncomingMessage): void {
  const isReadable = (headers.accept ?? '*/*').split(',').some((range) => acceptable.has(mediaTypeOf(range)));
  if (!isReadable) {
    throw httpError(
      406,
      'NOT_ACCEPTABLE',
      'Answers are application/json, application/graphql-response+json or text/event-stream; "Accept" allows none of them.',
    );
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    throw httpError(415, 'BODY_TYPE', 'The body must come as it is, without a "Content-Encoding".');
  }
  const type = headers['content-type'];
  if (method === 'POST' && type === undefined) {
    throw httpError(
      400,
      'BODY_TYPE',
      'The body must be application/json, and "Content-Type" must say so; there is none.',
    );
  }
  if (method === 'POST' && mediaTypeOf(type!) !== 'application/json') {
    throw httpError(415, 'BODY_TYPE', `The body must be application/json; it is "${type}".`);
  }
}

function mediaTypeOf(value: string): string {
  return (value.split(';', 1)[0] ?? '').trim().toLowerCase();
}
