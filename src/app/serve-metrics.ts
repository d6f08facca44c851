import type { ServerResponse } from 'node:http';

import { createServer, type RunningServer, type ServerOptions } from '../http/create-server.ts';
import { type Handler, readOnly } from '../http/mount.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { beforeRouting } from '../rest/before-routing.ts';
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
  const sendMetrics = readOnly((_, response) => {
    metrics.format().then(
      (text) => sendText(response, 200, metrics.contentType, text),
      (error: unknown) => {
        options.onError(error);
        sendText(response, 500, plainText, 'the metrics could not be read; the log says why\n');
      },
    );
  });
  const sendNotFound: Handler = (_, response) =>
    sendText(response, 404, plainText, 'here are /metrics, /healthz and /readyz\n');
  return createServer({ ...options, beforeRouting, mounts: { '/metrics': sendMetrics }, fallback: sendNotFound });
}

const plainText = 'text/plain; charset=utf-8';

function sendText(response: ServerResponse, status: number, contentType: string, body: string): void {
  const headers = {
    'Cache-Control': 'no-store',
    'Content-Type': contentType,
    'X-Content-Type-Options': 'nosniff',
  };
  sendAnswer(response, { status, headers, body });
}
