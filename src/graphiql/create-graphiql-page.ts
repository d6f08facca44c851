import { fileURLToPath } from 'node:url';

import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';

import type { LoginSettings } from '../web-pages/login-settings.ts';
import { renderPage } from '../web-pages/render-page.ts';
import { createWebPage, type WebPage } from '../web-pages/create-web-page.ts';

import { defaultTabs, type GraphiqlTab } from './default-tabs.ts';
import type { PageSettings } from './page-settings.ts';

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
  /** Whether to link to the page that shows the farm. */
  readonly hasFarmPage?: boolean;
}

/** Where the build leaves the page's files: beside this module, so in `dist` only. */
export const builtGraphiql = fileURLToPath(new URL('./assets/', import.meta.url));

/** GraphiQL at the endpoint that it asks. */
export function createGraphiqlPage(options: GraphiqlPageOptions): WebPage {
  const {
    path,
    needsToken,
    login,
    authorizationServer,
    tabs = defaultTabs,
    hasFarmPage = false,
    isCompressed,
  } = options;
  return createWebPage({
    path,
    folder: builtGraphiql,
    isCompressed,
    bundle: async () => {
      const { bundleGraphiql } = await import('./build/bundle-graphiql.ts');
      return bundleGraphiql();
    },
    // CodeMirror's search box sets its own width by a `style` attribute, and its style sheet has pictures of its own.
    needs: { styleAttributes: true, dataPictures: true },
    authorizationServer: login === undefined ? undefined : authorizationServer,
    render: (files, server) => {
      const settings: PageSettings = {
        needsToken,
        ...(login !== undefined && { login: { ...login, server: server ?? null } }),
        tabs,
        hasFarmPage,
      };
      return renderPage({
        files,
        path,
        title: 'GraphiQL · cuegate',
        settings,
        loading: 'Loading GraphiQL …',
        withoutScript:
          'GraphiQL needs JavaScript. The endpoint itself does not: POST your query to this address as JSON.',
      });
    },
  });
}
