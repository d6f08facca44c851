import type { IncomingMessage } from 'node:http';

import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';

import type { Handler } from '../http/mount.ts';
import { type PageFile, readPage } from '../http/page-files.ts';
import { pathOf, preparePage, type PreparedFile, servePage } from '../http/serve-page.ts';

import { contentSecurityPolicy, type PolicyNeeds } from './content-security-policy.ts';

/** A page for browsers, as a mount for the server. It shows nothing of the farm by itself, so it needs no identity. */
export interface WebPage {
  /** Whether the request is for the page or one of its files: GET or HEAD, and at the page's own path from a browser only. */
  handles(request: IncomingMessage): boolean;
  /** Answers a request that it handles. */
  readonly handle: Handler;
}

/** What a page is made of. */
export interface WebPageOptions {
  /** Where browsers find it, e.g. `/farm`; its files are below, under `assets/`. */
  readonly path: string;
  /** Where the build left its files. */
  readonly folder: string;
  /** Makes them from the sources, where nothing was built. */
  readonly bundle: () => Promise<readonly PageFile[]>;
  /** The HTML, e.g. by `renderPage`. */
  readonly render: (files: readonly PageFile[], server: AuthorizationServer | undefined) => string;
  /** Whether files go out packed to those who take that; they do when not given. */
  readonly isCompressed?: boolean | undefined;
  /** What it needs beyond files of its own. */
  readonly needs?: PolicyNeeds;
  /** Where people log in; asked at each visit, since the issuer may tell later. Not given: nowhere. */
  readonly authorizationServer?: (() => AuthorizationServer | undefined) | undefined;
}

/**
 * A page at which people may log in, from files of our own: it works without any network beyond the gateway and the issuer, and a
 * strict content security policy keeps it so. Files are read when they are asked for first, since many a gateway has no visitors;
 * from sources the page is bundled then.
 */
export function createWebPage(options: WebPageOptions): WebPage {
  const { path, folder, bundle, needs, isCompressed = true } = options;
  return {
    handles: (request) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      const target = pathOf(request);
      return target === path ? wantsHtml(request) : target.startsWith(`${path}/assets/`);
    },
    handle: servePage({
      path,
      readBuilt: () => readPage(folder),
      isCompressed,
      bundle,
      compilePage: (files) => compilePage(files, options),
      policy: contentSecurityPolicy(needs),
    }),
  };
}

/** Renders the page anew only when another authorization server is known, which is once or twice in a gateway's life. */
function compilePage(
  files: readonly PageFile[],
  { render, needs, authorizationServer = () => undefined }: WebPageOptions,
): () => PreparedFile {
  const prepare = (server: AuthorizationServer | undefined) =>
    preparePage(render(files, server), contentSecurityPolicy(needs, server), 'accept, accept-encoding');
  let known = authorizationServer();
  let rendered = prepare(known);
  return () => {
    const server = authorizationServer();
    if (server !== known) [known, rendered] = [server, prepare(server)];
    return rendered;
  };
}

/** Whether it is a browser that asks for a page, and no program. */
export function wantsHtml({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') === true;
}
