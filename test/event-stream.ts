import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';

import type { Json } from './json.ts';

/** A subscription as its client sees it. */
export interface EventStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** What came so far, read as JSON. */
  readonly events: readonly Json[];
  /** Blocks that were no events, such as the time after which to come back. */
  readonly comments: readonly string[];
  /** Resolves when so many events have come; rejects when the stream ends before. */
  readonly next: (count: number) => Promise<void>;
  /** Resolves when the gateway has ended the stream, with whether it said that it was complete. */
  readonly ended: Promise<boolean>;
  /** Leaves as a client does that crashes. */
  readonly vanish: () => void;
}

/** Subscribes by a POST that asks for server-sent events. */
export async function openStream(
  url: string,
  token: string,
  body: { readonly query: string; readonly variables?: unknown; readonly extensions?: unknown },
): Promise<EventStream> {
  const request = httpRequest(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  request.on('error', () => {});
  request.end(JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const events: unknown[] = [];
  const comments: string[] = [];
  let isComplete = false;
  let arrived = () => {};
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const { event, data } = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/, 2)));
      if (event === 'next') events.push(JSON.parse(data!));
      if (event === 'complete') isComplete = true;
      if (event === undefined) comments.push(block);
    }
    arrived();
  });
  let isOver = false;
  const ended = new Promise<boolean>((resolve) => {
    response.once('close', () => {
      isOver = true;
      arrived();
      resolve(isComplete);
    });
    response.on('error', () => {});
  });
  const next = async (count: number) => {
    while (events.length < count) {
      if (isOver) throw new Error(`the stream ended after ${events.length} events: ${JSON.stringify(events)}`);
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  };
  return {
    status: response.statusCode!,
    headers: response.headers,
    events,
    comments,
    next,
    ended,
    vanish: () => void request.destroy(),
  };
}
