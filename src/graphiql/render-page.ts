import { addressOfFile, type PageFile } from '../http/page-files.ts';

import type { PageSettings } from './page-settings.ts';

/**
 * The page's HTML. Addresses are relative to the endpoint, so that the page also works behind a proxy that puts a prefix in
 * front; `base` is the endpoint's last segment with a slash.
 */
export function renderPage(files: readonly PageFile[], base: string, settings: PageSettings): string {
  const address = (start: string, end: string) => base + addressOfFile(files, start, end);
  // A block of JSON is not run, so the content security policy does not mind it; `<` could end it too early.
  const settingsText = JSON.stringify(settings).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>GraphiQL · cuegate</title>
<link rel="icon" type="image/svg+xml" href="${address('icon-', '.svg')}">
<link rel="license" href="${address('licences-', '.txt')}">
<link rel="stylesheet" href="${address('page-', '.css')}">
<script type="application/json" id="settings">${settingsText}</script>
<script type="module" src="${address('page-', '.js')}"></script>
</head>
<body>
<div id="page"><p class="page-start">Loading GraphiQL …</p></div>
<noscript>GraphiQL needs JavaScript. The endpoint itself does not: POST your query to this address as JSON.</noscript>
</body>
</html>
`;
}
