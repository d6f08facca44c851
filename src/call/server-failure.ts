import type { StatusName } from './status.ts';

/**
 * The statuses that say of a server that it failed; by the others, its caller asked what cannot be. As OpenTelemetry has it:
 * https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#server
 */
const failures: ReadonlySet<StatusName> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/** Whether a call that ended so was failed by its server. Cuebot says INTERNAL for what it does not find, too. */
export function failsServer(status: StatusName): boolean {
  return failures.has(status);
}
