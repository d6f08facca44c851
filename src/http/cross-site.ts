import type { IncomingMessage } from 'node:http';

import { type BlockedRequest, crossSite, simpleContentType } from './blocked-request.ts';
import type { Mount } from './mount.ts';

/** What decides which requests may come from a browser's pages. */
export interface CrossSiteOptions {
  /** Exact origins of other sites that may call, or `*` for all. */
  readonly corsOrigins: readonly string[];
  /**
   * Whether callers are let in without showing anything, so that whatever makes a browser send a request acts with its
   * user's power.
   */
  readonly isAmbient: boolean;
}

/**
 * Compiles the gate against requests that pages of other sites make browsers send (cross-site request forgery). It believes
 * `Sec-Fetch-Site`, which no page can set (https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header), and where a browser
 * sends none, as over plain HTTP, compares `Origin` with `Host`. Programs send neither and pass.
 *
 * Methods that change nothing pass, too, but where the mount says that reading is work and nobody is asked for a token.
 * Following a link is not: it gets a page, which does nothing by itself.
 */
export function compileCrossSite({
  corsOrigins,
  isAmbient,
}: CrossSiteOptions): (request: IncomingMessage, mount: Mount) => BlockedRequest | undefined {
  const trusted = new Set(corsOrigins);
  const trustsAll = trusted.has('*');
  return (request, { isReadGuarded, isWebSocket = false }) => {
    const { method, headers } = request;
    const isGuardedRead =
      isWebSocket || (isAmbient && isReadGuarded(request) && headers['sec-fetch-mode'] !== 'navigate');
    if (isSafe(method) && !isGuardedRead) return undefined;
    const { origin } = headers;
    if (isForeign(headers) && !trustsAll && (origin === undefined || !trusted.has(origin))) return crossSite(origin);
    // The only method of a body that browsers send across sites without asking. These are types that they ask about.
    if (isAmbient && method === 'POST' && !isAskedAbout(headers['content-type'])) {
      return simpleContentType(headers['content-type']);
    }
    return undefined;
  };
}

function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** The scheme of the origin is left out: behind a proxy that ends TLS it is another one than here. */
function isForeign({ 'sec-fetch-site': site, origin, host = '' }: IncomingMessage['headers']): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (origin === undefined) return false;
  const hostAt = origin.indexOf('://');
  // Browsers write `scheme://host`, or `null` for pages without an origin, such as a framed sandbox or a file. Anything
  // else was written by a program, which may write what it likes.
  return hostAt < 0 ? origin === 'null' : origin.slice(hostAt + 3).toLowerCase() !== host.toLowerCase();
}

/**
 * JSON, and what Connect and gRPC-Web send. Named by what is allowed, so that nothing depends on reading odd types as browsers
 * do.
 */
function isAskedAbout(contentType: string | undefined): boolean {
  return (
    contentType !== undefined &&
    /^application\/(?:(?:[\w.-]+\+)?json|proto|grpc-web(?:-text)?(?:\+proto)?)\s*(?:;|$)/i.test(contentType)
  );
}
