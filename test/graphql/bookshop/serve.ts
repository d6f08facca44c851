import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type ByteBudget, createByteBudget } from '../../../src/http/byte-budget.ts';
import { peerAddressOf } from '../../../src/http/client-address.ts';
import { createGraphql, type GraphqlLimits } from '../../../src/graphql/http/create-graphql.ts';
import { createGraphqlConnections } from '../../../src/graphql/http/graphql-connections.ts';
import { deriveSchema, type SchemaExtension } from '../../../src/graphql/schema/derive-schema.ts';
import { GatewayError } from '../../../src/call/gateway-error.ts';
import type { Identify } from '../../../src/call/identity.ts';

import { createTestedExecutor, replyForm } from '../executor.ts';
import { bookshop, bookshopTable, servicesOf } from './bookshop.ts';
import { type Answers, createUpstream } from './create-upstream.ts';
import { identifyRequestsBy, identityOf } from '../../authentication/identity.ts';

export interface ServeOptions {
  readonly answers?: Answers;
  readonly extensions?: readonly SchemaExtension[];
  readonly limits?: Partial<GraphqlLimits>;
  readonly budget?: ByteBudget;
}

/** What a served bookshop can be asked. */
export interface ServedBookshop {
  readonly url: string;
  readonly calls: ReturnType<typeof createUpstream>['calls'];
  /** What was logged as an error. */
  readonly errors: Readonly<Record<string, unknown>>[];
  /** The same at a lower level, with it. */
  readonly told: (Readonly<Record<string, unknown>> & { readonly level: 'info' | 'warn' })[];
  /** The reasons of what was refused, as they were counted. */
  readonly refused: string[];
  /** Sends a POST as a caller with a good token, unless the headers say otherwise. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The parsed answer to one query. */
  query(query: string, variables?: object): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const ada = identityOf('ada', { method: 'hmac' });

/** Knows two tokens; the answer to `slow` takes a turn of the event loop. */
const identify: Identify = ({ authorization }) => {
  if (authorization === 'Bearer good') return ada;
  if (authorization === 'Bearer slow') return new Promise((resolve) => setImmediate(resolve, ada));
  if (authorization === 'Bearer lost') throw new GatewayError('UNAVAILABLE', 'the identity provider does not answer');
  if (authorization === 'Bearer bug') throw new TypeError('identity of undefined');
  const message = authorization === undefined ? 'no token' : 'bad token';
  throw new GatewayError('UNAUTHENTICATED', message, { origin: 'credentials' });
};

/** Short, so that tests need not wait. */
const intervals = { minMs: 20, defaultMs: 20, maxMs: 10_000 };

/** Serves the bookshop on a free port of the loopback interface. */
export async function serveBookshop({
  answers = {},
  extensions = [],
  limits,
  budget = createByteBudget(1_000_000_000),
}: ServeOptions): Promise<ServedBookshop> {
  const upstream = createUpstream(answers);
  const errors: Readonly<Record<string, unknown>>[] = [];
  const told: ServedBookshop['told'] = [];
  const tell = (level: 'info' | 'warn') => (fields: Readonly<Record<string, unknown>>) =>
    void told.push({ level, ...fields });
  const refused: string[] = [];
  const services = servicesOf('bookshop.catalog');
  const identifyRequest = identifyRequestsBy(identify);
  const logger = {
    debug: () => {},
    info: tell('info'),
    warn: tell('warn'),
    error: (fields: object) => errors.push({ ...fields }),
  };
  const onRefused = (reason: string) => void refused.push(reason);
  const shared = { identify: identifyRequest, addressOf: peerAddressOf, budget, logger, onRefused };
  const connections = createGraphqlConnections({ ...shared, intervals, maxStreams: 2 });
  const graphql = createGraphql({
    ...shared,
    connections,
    schema: deriveSchema({
      registry: bookshop,
      table: bookshopTable,
      services,
      extensions,
      live: intervals,
      replyForm,
    }),
    execute: createTestedExecutor(bookshop),
    invoke: upstream,
    table: bookshopTable,
    path: '/graphql',
    page: {
      handles: ({ headers }) => headers.accept?.includes('text/html') === true,
      handle: (_, response) => response.setHeader('content-type', 'text/html').end('<title>page</title>'),
    },
    limits: {
      maxRequestBytes: 10_000,
      maxValues: 10_000,
      maxTokens: 500,
      maxValidationErrors: 3,
      maxDepth: 10,
      maxAliases: 10,
      maxEstimate: 100,
      assumedListLength: 50,
      maxCalls: 20,
      timeoutMs: 30_000,
      ...limits,
    },
  });
  graphql.takeOver();
  const server = createServer(graphql.handle);
  server.on('checkContinue', graphql.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    url,
    calls: upstream.calls,
    errors,
    told,
    refused,
    post,
    query: async (query, variables) => (await (await post({ query, variables })).json()) as Record<string, unknown>,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await graphql.dispose();
    },
  };
}
