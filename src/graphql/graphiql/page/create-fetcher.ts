import { type DocumentNode, getOperationAST } from 'graphql';

import { readEvents } from './read-events.ts';

/** What the gateway thinks of the token: an answer proves it good, a 401 comes with the reason. */
export type Verdict = 'unknown' | 'accepted' | { readonly refusal: string };

interface GraphqlResult {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
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
  readonly token: string;
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
  const send = (params: GraphqlParams, accept: string, signal?: AbortSignal) =>
    fetch(location.pathname, {
      method: 'POST',
      headers: {
        accept,
        'content-type': 'application/json',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(isExplaining() ? { ...params, extensions: { explain: true } } : params),
      ...(signal !== undefined && { signal }),
    });

  const readAnswer = async (response: Response): Promise<GraphqlResult> => {
    const text = await response.text();
    const result = parseResult(text) ?? failure(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
    onVerdict(response.status === 401 ? { refusal: result.errors?.[0]?.message ?? text } : 'accepted');
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
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
      if (isStream && response.body !== null) yield* readEvents(response.body);
      else yield await readAnswer(response);
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
