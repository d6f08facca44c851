import { hostname } from 'node:os';

import { UserError } from '../errors/user-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Tracer } from '../telemetry/span.ts';
import type { TraceSettings } from '../telemetry/traces/trace-settings.ts';

import { version } from './version.ts';

/** How the packages are installed that only traces need, at the versions that this release was tried with. */
const installation =
  'npm install @opentelemetry/api@1.9 @opentelemetry/core@2.12 @opentelemetry/resources@2.12 @opentelemetry/sdk-trace@2.12 ' +
  '@opentelemetry/exporter-trace-otlp-http@0.223 @opentelemetry/exporter-trace-otlp-proto@0.223';

/**
 * Opens traces as the settings say; undefined when they say nothing of them, and then nothing of OpenTelemetry is loaded. Rejects
 * with a UserError when its packages are not installed.
 */
export async function openTraces(settings: TraceSettings | undefined, logger: Logger): Promise<Tracer | undefined> {
  if (settings === undefined) return undefined;
  const resource = {
    'service.version': version,
    'service.instance.id': `${hostname()}:${process.pid}`,
    'host.name': hostname(),
    'process.pid': process.pid,
  };
  try {
    const { openTracer } = await import('../telemetry/traces/open-tracer.ts');
    return await openTracer({ settings, resource, version, logger });
  } catch (cause) {
    if (!isMissingPackage(cause)) throw cause;
    throw new UserError(
      `OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages that traces take are not installed; they are optional: ${installation}`,
      [],
      { cause },
    );
  }
}

function isMissingPackage(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing && message.includes('@opentelemetry/');
}
