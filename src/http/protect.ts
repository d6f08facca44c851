import type { AddressOf } from './client-address.ts';
import { requestIdOf } from './request-id.ts';
import { sendAnswer } from './send-answer.ts';

import { type AllowedHostsOptions, compileAllowedHosts } from './allowed-hosts.ts';
import { type BlockReason, unknownHost } from './blocked-request.ts';
import { compileCors } from './cors.ts';
import { compileCrossSite, type CrossSiteOptions } from './cross-site.ts';
import type { Handler, Mount } from './mount.ts';

/** What the gate knows of the settings, and whom it tells. */
export interface ProtectionOptions extends AllowedHostsOptions, CrossSiteOptions {
  /** Who sent a request, as far as the site's proxies are believed. */
  readonly addressOf: AddressOf;
  /** Header fields that pages may send beside those that clients need; `*`: any. */
  readonly corsHeaders?: readonly string[];
  /** Told of each request that is turned away: what a studio notices an attack by. */
  readonly onBlocked: (event: BlockedEvent) => void;
}

/** A request that was turned away, for the records: without its query. What the client wrote is cut to 200 characters. */
export interface BlockedEvent {
  readonly reason: BlockReason;
  readonly requestId: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly path: string;
  readonly remoteAddress: string | undefined;
}

/**
 * Compiles the gate that stands between browsers and a surface: it answers for its own hosts only, for its own pages and
 * those of listed origins only, and says so to browsers that ask. All of it comes before anybody asks for a token, and a
 * request that is turned away reaches nothing. Health has no gate: it tells nothing, and probes come by address.
 */
export function compileProtection(options: ProtectionOptions): (mount: Mount) => Handler {
  const isAllowedHost = compileAllowedHosts(options);
  const findCrossSite = compileCrossSite(options);
  const cors = compileCors(options.corsOrigins, options.corsHeaders);
  return (mount) => (request, response) => {
    const { host } = request.headers;
    const isKnown = isAllowedHost(host);
    if (isKnown && cors?.answersPreflight(request, response, mount) === true) return;
    const blocked = isKnown ? findCrossSite(request, mount) : unknownHost(host!);
    if (blocked === undefined) {
      cors?.shareAnswer(request, response);
      mount.handle(request, response);
      return;
    }
    const requestId = requestIdOf(request.headers['x-request-id']);
    options.onBlocked({
      reason: blocked.reason,
      requestId,
      host: cut(host),
      origin: cut(request.headers.origin),
      path: cut(request.url?.split('?', 1)[0])!,
      remoteAddress: options.addressOf(request),
    });
    sendAnswer(response, {
      status: blocked.httpStatus,
      headers: {
        'Content-Type': 'application/json',
        'X-Content-Type-Options': 'nosniff',
        'X-Request-Id': requestId,
      },
      body: mount.wordBlocked(blocked, requestId),
    });
  };
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, 200);
}
