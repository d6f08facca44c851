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

/**
 * Sends GraphiQL's requests to the address that the page itself came from, the token in the `Authorization` header and
 * nowhere else. Never rejects: what goes wrong is shown where the result would stand.
 */
export function createFetcher(token: string, onVerdict: (verdict: Verdict) => void) {
  const headers = {
    accept: 'application/graphql-response+json, application/json',
    'content-type': 'application/json',
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
  };
  return async (params: GraphqlParams): Promise<GraphqlResult> => {
    try {
      const response = await fetch(location.pathname, { method: 'POST', headers, body: JSON.stringify(params) });
      const text = await response.text();
      const result = parseResult(text) ?? failure(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
      onVerdict(response.status === 401 ? { refusal: result.errors?.[0]?.message ?? text } : 'accepted');
      return result;
    } catch (error) {
      return failure(`The gateway did not answer (${(error as Error).message}). Is it running, and is the network up?`);
    }
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

function failure(message: string): GraphqlResult {
  return { errors: [{ message }] };
}
