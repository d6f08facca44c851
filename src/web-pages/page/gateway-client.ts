/**
 * What the gateway thinks of the token: an answer proves it good, a 401 comes with the reason, and what it is not enough for
 * with the scopes that would be.
 */
export type Verdict =
  | 'unknown'
  | 'accepted'
  | { readonly refusal: string }
  | { readonly missingScopes: readonly string[] };

/** An answer, or what stands for one that did not come. */
export interface GraphqlResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphqlError[];
  readonly extensions?: { readonly explain?: unknown };
}

/** One of its errors. */
export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: unknown; readonly reason?: unknown; readonly scope?: unknown };
}

/** The part of a request that is sent. */
export interface GraphqlParams {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string | null | undefined;
}

/** How requests are sent. */
export interface GatewayClientOptions {
  /** The GraphQL endpoint; may be relative to the page. */
  readonly endpoint: string;
  /** Asked for every request; empty: none. Rejects with an error for the user when there is none any more. */
  readonly token: () => Promise<string>;
  /** What goes with a request, in `extensions`; asked for every one. Not given: nothing. */
  readonly extensions?: () => object | undefined;
  /** @param isAsked whether it is about something that the user ran, and not about the schema that the page loads by itself */
  readonly onVerdict: (verdict: Verdict, isAsked: boolean) => void;
  /** Told of each result that the gateway sent; `isAsked` as above. */
  readonly onResult?: (result: GraphqlResult, isAsked: boolean) => void;
}

/** A token is not to be had any more; the message is for the user. */
class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
}

interface Sent {
  readonly response: Response;
  /** The token that was shown. */
  readonly shown: string;
}

/** The gateway, as a page asks it. Neither rejects: what goes wrong is told where the result would stand. */
export interface GatewayClient {
  /** @param isAsked whether the user wants it, and not the page by itself */
  ask(params: GraphqlParams, isAsked?: boolean): Promise<GraphqlResult>;
  /**
   * The results of a subscription one after another, until the caller has seen enough. When its token ends and there is a new
   * one, or the gateway is started anew, it goes on with that.
   */
  follow(params: GraphqlParams, options?: FollowOptions): AsyncIterable<GraphqlResult>;
}

/** How a subscription is followed. */
export interface FollowOptions {
  /** Whether the user wants it, and not the page by itself; true when not given. */
  readonly isAsked?: boolean;
  /** Told when the connection has broken, and is being made again. */
  readonly onLost?: () => void;
}

/** Sends requests to the gateway that the page came from, the token in the `Authorization` header and nowhere else. */
export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const { endpoint, token, extensions = () => undefined, onVerdict, onResult } = options;
  const takeToken = (): Promise<string> =>
    token().catch((error: Error) => {
      throw new NoTokenError(error.message);
    });

  const send = async (params: GraphqlParams, accept: string, signal?: AbortSignal): Promise<Sent> => {
    const shown = await takeToken();
    const more = extensions();
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        accept,
        'content-type': 'application/json',
        ...(shown === '' ? {} : { authorization: `Bearer ${shown}` }),
      },
      body: JSON.stringify(more === undefined ? params : { ...params, extensions: more }),
      ...(signal !== undefined && { signal }),
    });
    return { response, shown };
  };

  const readAnswer = async (response: Response, isAsked: boolean): Promise<GraphqlResult> => {
    const text = await response.text();
    const result = parseResult(text) ?? failure(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
    onVerdict(verdictOf(result, response.status), isAsked);
    onResult?.(result, isAsked);
    return result;
  };

  const explain = (error: unknown, isAsked: boolean): GraphqlResult => {
    const { message } = error as Error;
    if (!(error instanceof NoTokenError)) {
      return failure(`The gateway did not answer (${message}). Is it running, and is the network up?`);
    }
    onVerdict({ refusal: message }, isAsked);
    return failure(message);
  };

  const ask = async (params: GraphqlParams, isAsked = true): Promise<GraphqlResult> => {
    try {
      const { response } = await send(params, 'application/graphql-response+json, application/json');
      return await readAnswer(response, isAsked);
    } catch (error) {
      return explain(error, isAsked);
    }
  };

  async function* watch(
    params: GraphqlParams,
    { isAsked = true, onLost = () => {} }: FollowOptions,
    signal: AbortSignal,
  ): AsyncGenerator<GraphqlResult, void> {
    let comebacks = 0;
    const sendAgain = async (): Promise<Sent> => {
      while (true) {
        try {
          return await send(params, 'text/event-stream, application/json', signal);
        } catch (error) {
          // Only who was there before is waited for.
          if (comebacks === 0 || comebacks++ > maxComebacks || signal.aborted || error instanceof NoTokenError)
            throw error;
          await wait(reconnectMs, signal);
        }
      }
    };
    try {
      while (true) {
        const { response, shown } = await sendAgain();
        if (!isStream(response)) {
          // A proxy says so while the gateway that was there is started anew.
          if (comebacks > 0 && comebacks++ <= maxComebacks && response.status >= 502) {
            await wait(reconnectMs, signal);
            continue;
          }
          return yield await readAnswer(response, isAsked);
        }
        let refused: GraphqlResult | undefined;
        let isComplete = false;
        for await (const event of readEvents(response.body)) {
          isComplete = event === 'complete';
          if (isComplete) break;
          const result = event as GraphqlResult;
          refused = refusalIn(result) === undefined ? undefined : result;
          if (refused !== undefined) break;
          onVerdict(verdictOf(result, 200), isAsked);
          onResult?.(result, isAsked);
          yield result;
        }
        if (refused === undefined) {
          if (isComplete) return;
          // The gateway went away, and another one may be there in a moment.
          onLost();
          comebacks = 1;
          await wait(reconnectMs, signal);
          if (signal.aborted) return;
          continue;
        }
        if ((await takeToken()) !== shown) continue;
        onVerdict(verdictOf(refused, 200), isAsked);
        return yield refused;
      }
    } catch (error) {
      if (!signal.aborted) yield explain(error, isAsked);
    }
  }

  const follow = (params: GraphqlParams, options: FollowOptions = {}): AsyncIterable<GraphqlResult> => {
    const controller = new AbortController();
    const results = watch(params, options, controller.signal);
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => results.next(),
        // By itself, a generator would end only after the next event.
        return: () => {
          controller.abort();
          return results.return();
        },
      }),
    };
  };

  return { ask, follow };
}

/** As long as the gateway tells clients to wait by the field `retry` of its streams. */
const reconnectMs = 1_000;

/** A gateway that is started anew is there within half a minute, or somebody has to look after it. */
const maxComebacks = 30;

/** Resolves early when the signal fires. */
function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function isStream(response: Response): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  if (response.body === null) return false;
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true;
}

function verdictOf(result: GraphqlResult, status: number): Verdict {
  const refusal = refusalIn(result);
  if (refusal !== undefined) return { refusal };
  const missing = (result.errors ?? []).flatMap(({ extensions: { code, scope } = {} }) =>
    code === 'FORBIDDEN' && typeof scope === 'string' ? scope.split(' ') : [],
  );
  if (missing.length > 0) return { missingScopes: [...new Set(missing)] };
  // Whatever else was answered came before anybody looked at the token, or because nobody could.
  return status === 200 || status === 400 ? 'accepted' : 'unknown';
}

/** Why the gateway does not accept the token; undefined: it does, or says nothing about it. */
function refusalIn({ errors = [] }: GraphqlResult): string | undefined {
  return errors.find(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')?.message;
}

function parseResult(text: string): GraphqlResult | undefined {
  try {
    const result: unknown = JSON.parse(text);
    return typeof result === 'object' && result !== null ? result : undefined;
  } catch {
    return undefined;
  }
}

function failure(message: string): GraphqlResult {
  return { errors: [{ message }] };
}

/** Three pings of the gateway: whoever is silent for longer is gone, though nothing has told so. */
const silenceMs = 40_000;

/**
 * The results of a subscription as they come, and the word `complete` when no more will, out of an event stream
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html) whose events `next` carry them. Ends when the stream does, in
 * whatever way. The browser's own EventSource cannot send a token.
 */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown, void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  try {
    while (true) {
      const chunk = await readInTime(reader);
      if (chunk === undefined) return;
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const lines = block.split('\n');
        if (lines.includes('event: complete')) yield 'complete';
        const result = lines.find((line) => line.startsWith('data:'))?.slice('data:'.length);
        if (lines.includes('event: next') && result !== undefined) yield JSON.parse(result);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Undefined: the stream has ended or broken, or nothing came for too long. */
async function readInTime(reader: ReadableStreamDefaultReader<string>): Promise<string | undefined> {
  let timer = 0;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, silenceMs, undefined);
  });
  try {
    return await Promise.race([
      reader.read().then(
        ({ value }) => value,
        () => undefined,
      ),
      silence,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
