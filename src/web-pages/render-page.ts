import { addressOfFile, type PageFile } from '../http/page-files.ts';

/** What a page's HTML is made from. */
export interface RenderPageOptions {
  readonly files: readonly PageFile[];
  /** Where the page is, e.g. `/farm`. */
  readonly path: string;
  readonly title: string;
  /** What its script is told; it reads the element `settings`. */
  readonly settings: object;
  /** What stands there until the script has begun. */
  readonly loading: string;
  /** What stands there where no scripts run. */
  readonly withoutScript: string;
}

/**
 * The HTML of a page whose script does the rest. Addresses are relative to the page, so that it also works behind a proxy that
 * puts a prefix in front.
 */
export function renderPage({ files, path, title, settings, loading, withoutScript }: RenderPageOptions): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const address = (start: string, end: string) => `${base}/${addressOfFile(files, start, end)}`;
  // A block of JSON is not run, so the content security policy does not mind it; `<` could end it too early.
  const settingsText = JSON.stringify(settings).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="${address('icon-', '.svg')}">
<link rel="license" href="${address('licences-', '.txt')}">
<link rel="stylesheet" href="${address('page-', '.css')}">
<script type="application/json" id="settings">${settingsText}</script>
<script type="module" src="${address('page-', '.js')}"></script>
</head>
<body>
<div id="page"><p class="page-start">${loading}</p></div>
<noscript>${withoutScript}</noscript>
</body>
</html>
`;
}
