import type { ServerResponse } from 'node:http';

import { sendAnswer } from '../http/send-answer.ts';

import { createServer, type Handler, type RunningServer, type ServerOptions } from '../http/create-server.ts';

import type { Metrics } from '../telemetry/create-metrics.ts';

/** What the metrics' own listener needs. */
export interface MetricsServerOptions extends Pick<ServerOptions, 'host' | 'port' | 'readiness' | 'onError'> {
  readonly metrics: Metrics;
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz`, and nothing else, on a listener of its own: who may measure and who may use
 * the farm are different people, and metrics tell who was refused what. Nobody is asked for a token here.
 * Rejects when the address cannot be had.
 */
export function serveMetrics({ metrics, ...options }: MetricsServerOptions): Promise<RunningServer> {
  const sendMetrics: Handler = (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendAnswer(response, { status: '405 Method Not Allowed', fields: 'Allow: GET, HEAD\r\n', body: noBody });
      return;
    }
    metrics.format().then(
      (text) => sendText(response, '200 OK', metrics.contentType, text),
      (error: unknown) => {
        options.onError(error);
        sendText(response, '500 Internal Server Error', plainText, 'the metrics could not be read; the log says why\n');
      },
    );
  };
  const sendNotFound: Handler = (_, response) =>
    sendText(response, '404 Not Found', plainText, 'here are /metrics, /healthz and /readyz\n');
  return createServer({ ...options, mounts: { '/metrics': sendMetrics }, fallback: sendNotFound });
}

const noBody = Buffer.alloc(0);
const plainText = 'text/plain; charset=utf-8';

function sendText(response: ServerResponse, status: string, contentType: string, text: string): void {
  const fields = `Cache-Control: no-store\r\nContent-Type: ${contentType}\r\nX-Content-Type-Options: nosniff\r\n`;
  sendAnswer(response, { status, fields, body: Buffer.from(text) });
}
