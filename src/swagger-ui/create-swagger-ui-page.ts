import { fileURLToPath } from 'node:url';

import { type Handler, readOnly } from '../http/mount.ts';
import { addressOfFile, type PageFile, readPage } from '../http/page-files.ts';
import { preparePage, servePage } from '../http/serve-page.ts';

/** What the page needs to know. Both are paths of the gateway, without a slash at the end. */
export interface SwaggerUiPageOptions {
  /** Where browsers find the page, e.g. `/docs`. */
  readonly path: string;
  /** Where the OpenAPI document is, e.g. `/openapi.json`. */
  readonly documentPath: string;
  /** Whether its files go out packed to those who take that; they do when not given. */
  readonly isCompressed?: boolean;
}

/** Where the build leaves the page's files: beside this module, so in `dist` only. */
export const builtPage = fileURLToPath(new URL('./assets/', import.meta.url));

/**
 * Swagger UI from files of our own, as a mount for the server: the routes of REST, to read and to try out. It shows nothing of
 * the farm, so it needs no identity; the requests that people send from it do.
 */
export function createSwaggerUiPage({ path, documentPath, isCompressed = true }: SwaggerUiPageOptions): Handler {
  return readOnly(
    servePage({
      path,
      readBuilt: () => readPage(builtPage),
      isCompressed,
      bundle: async () => (await import('./build/bundle-page.ts')).bundlePage(),
      compilePage: (files) => {
        const prepared = preparePage(renderPage(files, path, documentPath), contentSecurityPolicy);
        return () => prepared;
      },
      policy: contentSecurityPolicy,
    }),
  );
}

/**
 * What the page may do (https://www.w3.org/TR/CSP3/): load from here, and talk to here. No inline script or style and no eval
 * run, and no other page may frame this one. `data:` pictures are the marks that Swagger UI's style sheet sets.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Addresses are relative to the page, so that it also works behind a proxy that puts a prefix in front. */
function renderPage(files: readonly PageFile[], path: string, documentPath: string): string {
  const address = (start: string, end: string) => `${path.slice(1)}/${addressOfFile(files, start, end)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>REST · cuegate</title>
<link rel="icon" type="image/svg+xml" href="${address('icon-', '.svg')}">
<link rel="license" href="${address('licences-', '.txt')}">
<link rel="stylesheet" href="${address('swagger-ui-', '.css')}">
<link rel="stylesheet" href="${address('page-', '.css')}">
<link rel="alternate" type="application/json" id="document" href="${documentPath.slice(1)}">
<script defer src="${address('swagger-ui-bundle-', '.js')}"></script>
<script type="module" src="${address('page-', '.js')}"></script>
</head>
<body>
<div id="page"><p class="page-start">Loading the routes …</p></div>
<noscript>Swagger UI needs JavaScript. The document that it shows does not: <a href="${documentPath.slice(1)}">${documentPath}</a>.</noscript>
</body>
</html>
`;
}
