import { type DocumentNode, getOperationAST } from 'graphql';

import { readEvents } from './read-events.ts';

/**
 * What the gateway thinks of the token: an answer proves it good, a 401 comes with the reason, and what it is not enough for
 * with the scopes that would be.
 */
export type Verdict =
  | 'unknown'
  | 'accepted'
  | { readonly refusal: string }
  | { readonly missingScopes: readonly string[] };

interface GraphqlResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphqlError[];
}

interface GraphqlError {
  readonly message: string;
  readonly extensions?: { readonly code?: unknown; readonly scope?: unknown };
}

/** The part of GraphiQL's requests that is sent. */
export interface GraphqlParams {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string | null | undefined;
}

/** What GraphiQL tells beside a request. */
interface FetcherOptions {
  readonly documentAST?: DocumentNode | undefined;
}

/** How requests are sent. */
export interface CreateFetcherOptions {
  /** Asked for every request; empty: none. Rejects with an error for the user when there is none any more. */
  readonly token: () => Promise<string>;
  /** Whether answers shall tell which calls they took; asked for every request. */
  readonly isExplaining: () => boolean;
  readonly onVerdict: (verdict: Verdict) => void;
}

/**
 * Sends GraphiQL's requests to the address that the page itself came from, the token in the `Authorization` header and
 * nowhere else. Never rejects: what goes wrong is shown where the result would stand. A subscription is answered by its results
 * one after another, until GraphiQL has seen enough.
 */
export function createFetcher({ token, isExplaining, onVerdict }: CreateFetcherOptions) {
  const send = async (
    params: GraphqlParams,
    accept: string,
    signal?: AbortSignal,
  ): Promise<Response | GraphqlResult> => {
    let shown: string;
    try {
      shown = await token();
    } catch (error) {
      const { message } = error as Error;
      onVerdict({ refusal: message });
      return failure(message);
    }
    return fetch(location.pathname, {
      method: 'POST',
      headers: {
        accept,
        'content-type': 'application/json',
        ...(shown === '' ? {} : { authorization: `Bearer ${shown}` }),
      },
      body: JSON.stringify(isExplaining() ? { ...params, extensions: { explain: true } } : params),
      ...(signal !== undefined && { signal }),
    });
  };

  const readAnswer = async (response: Response | GraphqlResult): Promise<GraphqlResult> => {
    if (!(response instanceof Response)) return response;
    const text = await response.text();
    const result = parseResult(text) ?? failure(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
    onVerdict(response.status === 401 ? { refusal: result.errors?.[0]?.message ?? text } : verdictOf(result));
    return result;
  };

  const ask = async (params: GraphqlParams): Promise<GraphqlResult> => {
    try {
      return await readAnswer(await send(params, 'application/graphql-response+json, application/json'));
    } catch (error) {
      return unanswered(error);
    }
  };

  async function* watch(params: GraphqlParams, signal: AbortSignal): AsyncGenerator<unknown, void> {
    try {
      const response = await send(params, 'text/event-stream, application/json', signal);
      if (!isStream(response)) {
        yield await readAnswer(response);
        return;
      }
      for await (const result of readEvents(response.body)) {
        onVerdict(verdictOf(result as GraphqlResult));
        yield result;
      }
    } catch (error) {
      if (!signal.aborted) yield unanswered(error);
    }
  }

  const follow = (params: GraphqlParams): AsyncIterable<unknown> => {
    const controller = new AbortController();
    const results = watch(params, controller.signal);
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

  return (params: GraphqlParams, { documentAST }: FetcherOptions = {}) => {
    const operation = documentAST && getOperationAST(documentAST, params.operationName);
    return operation?.operation === 'subscription' ? follow(params) : ask(params);
  };
}

function isStream(
  response: Response | GraphqlResult,
): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  if (!(response instanceof Response) || response.body === null) return false;
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true;
}

function verdictOf({ errors = [] }: GraphqlResult): Verdict {
  const missing = errors.flatMap(({ extensions: { code, scope } = {} }) =>
    code === 'FORBIDDEN' && typeof scope === 'string' ? scope.split(' ') : [],
  );
  return missing.length === 0 ? 'accepted' : { missingScopes: [...new Set(missing)] };
}

function parseResult(text: string): GraphqlResult | undefined {
  try {
    const result: unknown = JSON.parse(text);
    return typeof result === 'object' && result !== null ? result : undefined;
  } catch {
    return undefined;
  }
}

function unanswered(error: unknown): GraphqlResult {
  return failure(`The gateway did not answer (${(error as Error).message}). Is it running, and is the network up?`);
}

function failure(message: string): GraphqlResult {
  return { errors: [{ message }] };
}
