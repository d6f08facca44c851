import type { ServerResponse } from 'node:http';

import { requestIdOf } from './request-id.ts';
import { sendAnswer } from './send-answer.ts';

/** Whether traffic may come, and if not, why in a few words that name no address and no secret. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
}

/** Alive: the event loop turns. Nothing else is asked, so that a sick upstream does not get the gateway restarted. */
export function sendLiveness(response: ServerResponse): void {
  sendHealth(response, '200 OK', { status: 'ok' });
}

/** Ready, or 503 with the reason. */
export function sendReadiness(response: ServerResponse, { ready, reason }: Readiness): void {
  if (ready) sendHealth(response, '200 OK', { status: 'ok' });
  else sendHealth(response, '503 Service Unavailable', { status: 'unavailable', reason });
}

function sendHealth(response: ServerResponse, status: string, body: object): void {
  const { method, headers } = response.req;
  if (method !== 'GET' && method !== 'HEAD') {
    sendAnswer(response, { status: '405 Method Not Allowed', fields: 'Allow: GET, HEAD\r\n', body: Buffer.alloc(0) });
    return;
  }
  const fields =
    'Cache-Control: no-store\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n' +
    `X-Request-Id: ${requestIdOf(headers['x-request-id'])}\r\n`;
  sendAnswer(response, { status, fields, body: Buffer.from(`${JSON.stringify(body)}\n`) });
}
