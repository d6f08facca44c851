import type { ServerResponse } from 'node:http';

import { compileAllowedHosts } from '../http/allowed-hosts.ts';
import { unknownHost } from '../http/blocked-request.ts';
import type { ConnectionLimits } from '../http/connections.ts';
import { createServer, type RunningServer, type ServerOptions } from '../http/create-server.ts';
import { type Handler, readOnly } from '../http/mount.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { beforeRouting } from '../rest/before-routing.ts';
import type { Metrics } from '../telemetry/create-metrics.ts';

/** What the metrics' own listener needs. */
export interface MetricsServerOptions
  extends Pick<ServerOptions, 'host' | 'port' | 'readiness' | 'version' | 'onError'> {
  readonly metrics: Metrics;
  /** Names by which the gateway may be called (ALLOWED_HOSTS), besides those that always count. */
  readonly allowedHosts: readonly string[];
  /** Counts a request for a host that is not this one. */
  readonly onBlocked: () => void;
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz`, and nothing else, on a listener of its own: who may measure and who may use
 * the farm are different people, and metrics tell who was refused what. Nobody is asked for a token here, so a page whose
 * name is suddenly said to be this address (DNS rebinding) must not read them. Names without a dot and addresses, by which
 * Prometheus finds its targets, pass whatever ALLOWED_HOSTS says.
 * Rejects when the address cannot be had.
 */
export function serveMetrics({
  metrics,
  allowedHosts,
  onBlocked,
  ...options
}: MetricsServerOptions): Promise<RunningServer> {
  const listenHost = options.host;
  const isUsualHost = compileAllowedHosts({ allowedHosts: [], listenHost });
  const isNamedHost = compileAllowedHosts({ allowedHosts, listenHost });
  const sendMetrics = readOnly(({ headers: { host } }, response) => {
    if (!isUsualHost(host) && !isNamedHost(host)) {
      onBlocked();
      const { httpStatus, message } = unknownHost(host!);
      sendText(response, httpStatus, plainText, `${message}\n`);
      return;
    }
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
  const mounts = { '/metrics': sendMetrics };
  return createServer({ ...options, beforeRouting, mounts, fallback: sendNotFound, connectionLimits });
}

/** Prometheus has one connection, and probes a few: whoever reaches this port must not take those of the other. */
const connectionLimits: ConnectionLimits = { maxConnections: () => 100, maxPerAddress: 100, isShared: () => true };

const plainText = 'text/plain; charset=utf-8';

function sendText(response: ServerResponse, status: number, contentType: string, body: string): void {
  const headers = {
    'Cache-Control': 'no-store',
    'Content-Type': contentType,
    'X-Content-Type-Options': 'nosniff',
  };
  sendAnswer(response, { status, headers, body });
}
