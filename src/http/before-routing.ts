import type { ServerResponse } from 'node:http';

import { endAnswer } from './send-answer.ts';

/** Why a server answers a request by itself, before any handler has seen it. */
export type EarlyReason =
  /** No HTTP, or not in a form that can be served. */
  | 'badRequest'
  /** HTTP/1.1 without `Host` (RFC 9112, 3.2). */
  | 'missingHost'
  | 'malformedHost'
  /** A transfer encoding other than chunked. */
  | 'badEncoding'
  | 'badVersion'
  /** An `Expect` other than `100-continue`. */
  | 'badExpectation'
  /** The target `*` with a method that it is not made for. */
  | 'badTarget'
  /** `OPTIONS *`, which asks whether anybody is there. */
  | 'serverOptions'
  /** The request did not come to its end in time. */
  | 'timeout'
  | 'bodyTooLarge'
  | 'headTooLarge'
  /** The connection is one too many. */
  | 'tooManyConnections';

/** A whole answer that is known beforehand. */
export interface EarlyAnswer {
  readonly status: number;
  /** The reason phrase. */
  readonly phrase: string;
  /** Field lines in wire order; without a value: the time. `Connection: close` among them ends the connection. */
  readonly fields: readonly (readonly [name: string, value?: string])[];
  readonly body: string;
}

/** What a request line asks for, decided before anybody looks at credentials. */
export type RequestTarget =
  /** A path in its canonical form, with its query: what handlers see. */
  | { readonly kind: 'path'; readonly url: string; readonly host: string | undefined }
  /** A path that has a cleaner spelling. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** `*`: the server as a whole (RFC 9112, 3.2.4). */
  | { readonly kind: 'server' }
  /** Not a target at all. */
  | { readonly kind: 'invalid' };

/** What a server says and does before it knows which handler a request is for. */
export interface BeforeRouting {
  readonly answers: Readonly<Record<EarlyReason, EarlyAnswer>>;
  readonly parseTarget: (method: string, target: string) => RequestTarget;
  /** Sends the client to the clean spelling of its path. */
  readonly redirect: (response: ServerResponse, location: string) => void;
}

/** Sends an answer with exactly its fields: none of those that Node adds by itself. */
export function sendEarlyAnswer(response: ServerResponse, { status, phrase, fields, body }: EarlyAnswer): void {
  const closes = fields.some(([name]) => name === 'Connection');
  if (closes) response.shouldKeepAlive = false;
  response.sendDate = false;
  for (const name of ['connection', 'content-length', 'transfer-encoding']) response.removeHeader(name);
  const lines = fields.flatMap(([name, value]) => [name, value ?? new Date().toUTCString()]);
  if (!closes && !response.shouldKeepAlive) lines.push('Connection', 'close');
  response.writeHead(status, phrase, lines);
  endAnswer(response, body);
}

/** The same answer as text, for a socket on which no request could be read. */
export function formatEarlyAnswer({ status, phrase, fields, body }: EarlyAnswer): string {
  const lines = fields.map(([name, value]) => `${name}: ${value ?? new Date().toUTCString()}\r\n`);
  return `HTTP/1.1 ${status} ${phrase}\r\n${lines.join('')}\r\n${body}`;
}
