import { fileURLToPath } from 'node:url';

import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';

import type { LoginSettings } from '../web-pages/login-settings.ts';
import { renderPage } from '../web-pages/render-page.ts';
import { createWebPage, type WebPage } from '../web-pages/create-web-page.ts';

import type { FarmPageSettings } from './farm-page-settings.ts';

/** What the page needs to know. */
export interface FarmPageOptions {
  /** Where browsers find it, e.g. `/farm`; GraphQL must be at `graphql` beside it. */
  readonly path: string;
  /** Whether callers must show a token; if so, the page has a field for it. */
  readonly needsToken: boolean;
  /** How people log in at the page; not given: they bring tokens. */
  readonly login?: LoginSettings | undefined;
  /** Where they do; asked at each visit, since the issuer may tell later. */
  readonly authorizationServer?: () => AuthorizationServer | undefined;
  /** Whether to link to GraphiQL. */
  readonly hasGraphiql: boolean;
  /** Whether files go out packed to those who take that; they do when not given. */
  readonly isCompressed?: boolean;
}

/** Where the build leaves the page's files: beside this module, so in `dist` only. */
export const builtFarmPage = fileURLToPath(new URL('./assets/', import.meta.url));

/** The page that shows the farm. It loads nothing of it by itself: it asks the gateway, as whoever looks at it. */
export function createFarmPage(options: FarmPageOptions): WebPage {
  const { path, needsToken, login, authorizationServer, hasGraphiql, isCompressed } = options;
  return createWebPage({
    path,
    folder: builtFarmPage,
    isCompressed,
    bundle: async () => {
      const { bundleFarmPage } = await import('./build/bundle-farm-page.ts');
      return bundleFarmPage();
    },
    authorizationServer: login === undefined ? undefined : authorizationServer,
    render: (files, server) => {
      const settings: FarmPageSettings = {
        needsToken,
        ...(login !== undefined && { login: { ...login, server: server ?? null } }),
        hasGraphiql,
      };
      return renderPage({
        files,
        path,
        title: 'Farm · cuegate',
        settings,
        loading: 'Loading the farm …',
        withoutScript: 'This page needs JavaScript. GraphQL, at “graphql” beside this address, does not.',
      });
    },
  });
}
