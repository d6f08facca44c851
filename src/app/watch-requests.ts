import { compileAddressOf } from '../http/client-address.ts';
import type { ServerOptions } from '../http/create-server.ts';
import { type Access, watchAccess } from '../http/watch-access.ts';
import type { Config } from '../config/config.ts';
import type { Tracer } from '../telemetry/span.ts';

import { type RouteOf, traceRequests } from './trace-requests.ts';

/** Who wants to know of requests. */
export interface WatchRequestsOptions {
  readonly config: Pick<Config, 'trustedProxies'>;
  /** Whether TLS is spoken. */
  readonly isEncrypted: boolean;
  /** Told of each request how it ended; undefined: nobody is. */
  readonly onAccess: ((access: Access) => void) | undefined;
  /** Undefined: nothing is traced. */
  readonly tracer: Tracer | undefined;
  readonly routeOf: RouteOf;
}

/** Tells of each request, before it is answered, whoever wants to know; undefined where nobody does. */
export function watchRequests({
  config,
  isEncrypted,
  onAccess,
  tracer,
  routeOf,
}: WatchRequestsOptions): ServerOptions['onRequest'] {
  const addressOf = compileAddressOf(config.trustedProxies);
  const access = onAccess && watchAccess(onAccess, addressOf);
  if (tracer === undefined) return access;
  const trace = traceRequests({
    tracer,
    scheme: isEncrypted ? 'https' : 'http',
    addressOf,
    routeOf,
  });
  if (access === undefined) return trace;
  return (request, response) => {
    access(request, response);
    trace(request, response);
  };
}
