import { isLoopback } from '../http/ip-network.ts';

/** Whether providers may be spoken to in clear text beyond this machine. */
export interface ProviderUrlOptions {
  readonly allowHttp: boolean;
}

/**
 * What is wrong with the URL of a provider; undefined when nothing is. A provider's answers say who calls, so nobody on the way
 * may change them: the URL must be https, or http on this machine, unless the settings allow http.
 */
export function providerUrlProblem(text: string, { allowHttp }: ProviderUrlOptions): string | undefined {
  if (!URL.canParse(text)) return `"${text}" is no URL`;
  const { protocol, hostname, username, hash } = new URL(text);
  if (username !== '') return 'a URL must not hold a user name or password';
  if (hash !== '') return `"${text}" has a fragment, which is never sent`;
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return `"${text}" is no https URL`;
  if (allowHttp || isLoopback(hostname)) return undefined;
  return `"${text}" is http, so whoever is in between can be anybody; expected https`;
}

/** `fetch`, or what a test puts in its place. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Limits for the answers of a provider. */
export interface FetchBoundedOptions {
  readonly fetch: Fetch;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** A provider's answer that cannot be used. The message names the URL without its query; it is for the log. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

/**
 * Fetches with limits: an answer is complete, in time and not too long, or it is an error. Redirects are not followed, since
 * nobody has configured where they lead. Rejects with FetchError.
 */
export function createBoundedFetch({ fetch, timeoutMs, maxBytes }: FetchBoundedOptions): Fetch {
  return async (url, init) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal });
      const body = await readBody(response, maxBytes);
      // Statuses without a body must not be given one, not even an empty one.
      return new Response(body.length === 0 ? null : body, { status: response.status, headers: response.headers });
    } catch (cause) {
      const problem =
        cause instanceof BodyTooLong || signal.aborted ? problemOf(cause, timeoutMs, maxBytes) : 'cannot be reached';
      throw new FetchError(`${nameOf(url)} ${problem}`, { cause });
    }
  };
}

/** Fetches a JSON document. Rejects with FetchError for whatever is not a 200 with JSON in it. */
export async function fetchJson(url: string, fetch: Fetch): Promise<unknown> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (response.status !== 200) throw new FetchError(`${nameOf(url)} answers with status ${response.status}`);
  try {
    return await response.json();
  } catch (cause) {
    throw new FetchError(`${nameOf(url)} does not answer with JSON`, { cause });
  }
}

class BodyTooLong extends Error {}

/** Not `response.arrayBuffer()`: that reads however much is sent. Leaving the loop early cancels the rest. */
async function readBody({ body }: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new BodyTooLong();
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks, length));
}

function problemOf(cause: unknown, timeoutMs: number, maxBytes: number): string {
  return cause instanceof BodyTooLong
    ? `answers with more than ${maxBytes} bytes`
    : `does not answer within ${timeoutMs} ms`;
}

function nameOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
