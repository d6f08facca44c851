import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';

import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';
import type { Handler } from '../http/mount.ts';
import { type PageFile, readPage } from '../http/page-files.ts';
import { pathOf, preparePage, type PreparedFile, servePage } from '../http/serve-page.ts';

import { contentSecurityPolicy } from './content-security-policy.ts';
import { defaultTabs, type GraphiqlTab } from './default-tabs.ts';
import type { LoginSettings, PageSettings } from './page-settings.ts';
import { renderPage } from './render-page.ts';

/** What the page needs to know. */
export interface GraphiqlPageOptions {
  /** The GraphQL endpoint, e.g. `/graphql`: browsers find the page there, and its files below it, under `assets/`. */
  readonly path: string;
  /** Whether callers must show a token; if so, the page has a field for it. */
  readonly needsToken: boolean;
  /** How people log in at the page; not given: they bring tokens. */
  readonly login?: LoginSettings | undefined;
  /** Where they do; asked at each visit, since the issuer may tell later. */
  readonly authorizationServer?: () => AuthorizationServer | undefined;
  /** What is open on the first visit; the tabs for OpenCue when not given. */
  readonly tabs?: readonly GraphiqlTab[];
  /** Whether files go out packed to those who take that; they do when not given. */
  readonly isCompressed?: boolean;
}

/** The page as a mount for the server. It shows nothing of the farm, so it needs no identity. */
export interface GraphiqlPage {
  /** Whether the request is for the page or one of its files: GET or HEAD, and at the endpoint itself from a browser only. */
  handles(request: IncomingMessage): boolean;
  /** Answers a request that it handles. */
  readonly handle: Handler;
}

/** Where the build leaves the page's files: beside this module, so in `dist` only. */
export const builtPage = fileURLToPath(new URL('./assets/', import.meta.url));

/**
 * GraphiQL from files of our own: it works without any network beyond the gateway, and a strict content security policy
 * keeps it so. The files are read when they are asked for first, since many a gateway has no visitors; from sources the page is
 * bundled then.
 */
export function createGraphiqlPage(options: GraphiqlPageOptions): GraphiqlPage {
  const { path } = options;
  return {
    handles: (request) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      const target = pathOf(request);
      return target === path ? wantsHtml(request.headers.accept) : target.startsWith(`${path}/assets/`);
    },
    handle: servePage({
      path,
      readBuilt: () => readPage(builtPage),
      isCompressed: options.isCompressed ?? true,
      bundle: async () => (await import('./build/bundle-page.ts')).bundlePage(),
      compilePage: (files) => compilePage(files, options),
      policy: contentSecurityPolicy(),
    }),
  };
}

/** Renders the page anew only when another authorization server is known, which is once or twice in a gateway's life. */
function compilePage(
  files: readonly PageFile[],
  { path, needsToken, login, authorizationServer = () => undefined, tabs = defaultTabs }: GraphiqlPageOptions,
): () => PreparedFile {
  const base = `${path.slice(path.lastIndexOf('/') + 1)}/`;
  const render = (server: AuthorizationServer | undefined) => {
    const settings: PageSettings = {
      needsToken,
      ...(login !== undefined && { login: { ...login, server: server ?? null } }),
      tabs,
    };
    const policy = contentSecurityPolicy(login === undefined ? undefined : server);
    return preparePage(renderPage(files, base, settings), policy, 'accept, accept-encoding');
  };
  let known = authorizationServer();
  let rendered = render(known);
  return () => {
    const server = authorizationServer();
    if (server !== known) [known, rendered] = [server, render(server)];
    return rendered;
  };
}

function wantsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') === true;
}
