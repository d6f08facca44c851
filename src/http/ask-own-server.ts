import { once } from 'node:events';
import { type IncomingMessage, request as askInPlainText } from 'node:http';
import { request as askByTls } from 'node:https';

/** What a server on this machine answers. */
export interface OwnAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Asks a server on this machine by GET. Whose certificate it shows is not looked at: it is for the name by which others call, and
 * nothing secret is sent. Rejects with the error of the socket, or when `patienceMs` have passed.
 */
export async function askOwnServer(url: string, patienceMs: number): Promise<OwnAnswer> {
  const signal = AbortSignal.timeout(patienceMs);
  const request = url.startsWith('https:')
    ? askByTls(url, { signal, agent: false, rejectUnauthorized: false })
    : askInPlainText(url, { signal, agent: false });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode!, text };
}
