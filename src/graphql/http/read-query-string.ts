import { httpError } from './http-error.ts';

/** What a GET request says in its address. */
export interface QueryString {
  readonly query?: string;
  readonly documentId?: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/**
 * Reads the parameters of an address: https://graphql.github.io/graphql-over-http/draft/#sec-GET. An empty one is none. Yoga's own
 * reader knows no `documentId`.
 *
 * @throws GraphQLError 400 for objects that are no JSON
 */
export function readQueryString(url: string): QueryString {
  const parameters = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');
  const found = names.flatMap((name) => {
    const text = parameters.get(name) ?? '';
    return text === '' ? [] : [[name, objects.has(name) ? readObject(name, text) : text]];
  });
  return Object.fromEntries(found);
}

const names = ['query', 'documentId', 'operationName', 'variables', 'extensions'] as const;

const objects: ReadonlySet<string> = new Set(['variables', 'extensions']);

/** Whether it is an object is checked later, as for a body. */
function readObject(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw httpError(
      400,
      'BODY_MALFORMED',
      `The parameter "${name}" is not valid JSON; expected an object such as {"id":"…"}, URL-encoded.`,
    );
  }
}
