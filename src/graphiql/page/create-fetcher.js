import { getOperationAST } from 'graphql';
import { readEvents } from './read-events.ts';
/** A token is not to be had any more; the message is for the user. */
class NoTokenError extends Error {
  name = 'NoTokenError';
}
/**
 * Sends GraphiQL's requests to the address that the page itself came from, the token in the `Authorization` header and
 * nowhere else. Never rejects: what goes wrong is shown where the result would stand. A subscription is answered by its results
 * one after another, until GraphiQL has seen enough; when its token ends and there is a new one, it goes on with that.
 */
export function createFetcher({ token, isExplaining, onVerdict }) {
  const takeToken = () =>
    token().catch((error) => {
      throw new NoTokenError(error.message);
    });
  const send = async (params, accept, signal) => {
    const shown = await takeToken();
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: {
        accept,
        'content-type': 'application/json',
        ...(shown === '' ? {} : { authorization: `Bearer ${shown}` }),
      },
      body: JSON.stringify(isExplaining() ? { ...params, extensions: { explain: true } } : params),
      ...(signal !== undefined && { signal }),
    });
    return { response, shown };
  };
  const readAnswer = async (response, isAsked) => {
    const text = await response.text();
    const result = parseResult(text) ?? failure(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
    onVerdict(verdictOf(result, response.status), isAsked);
    return result;
  };
  const explain = (error, isAsked) => {
    const { message } = error;
    if (!(error instanceof NoTokenError)) {
      return failure(`The gateway did not answer (${message}). Is it running, and is the network up?`);
    }
    onVerdict({ refusal: message }, isAsked);
    return failure(message);
  };
  const ask = async (params) => {
    const isAsked = params.operationName !== 'IntrospectionQuery';
    try {
      const { response } = await send(params, 'application/graphql-response+json, application/json');
      return await readAnswer(response, isAsked);
    } catch (error) {
      return explain(error, isAsked);
    }
  };
  async function* watch(params, signal) {
    try {
      while (true) {
        const { response, shown } = await send(params, 'text/event-stream, application/json', signal);
        if (!isStream(response)) return yield await readAnswer(response, true);
        let refused;
        for await (const event of readEvents(response.body)) {
          const result = event;
          refused = refusalIn(result) === undefined ? undefined : result;
          if (refused !== undefined) break;
          onVerdict(verdictOf(result, 200), true);
          yield result;
        }
        if (refused === undefined) return;
        if ((await takeToken()) !== shown) continue;
        onVerdict(verdictOf(refused, 200), true);
        return yield refused;
      }
    } catch (error) {
      if (!signal.aborted) yield explain(error, true);
    }
  }
  const follow = (params) => {
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
  return (params, { documentAST } = {}) => {
    const operation = documentAST && getOperationAST(documentAST, params.operationName);
    return operation?.operation === 'subscription' ? follow(params) : ask(params);
  };
}
function isStream(response) {
  if (response.body === null) return false;
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true;
}
function verdictOf(result, status) {
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
function refusalIn({ errors = [] }) {
  return errors.find(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')?.message;
}
function parseResult(text) {
  try {
    const result = JSON.parse(text);
    return typeof result === 'object' && result !== null ? result : undefined;
  } catch {
    return undefined;
  }
}
function failure(message) {
  return { errors: [{ message }] };
}
