import { createHash } from 'node:crypto';

import { createHashedFile } from '../http/page-files.ts';
import { pathOf, prepareFile, preparePage, sendPrepared } from '../http/serve-page.ts';

import { type WebPage, wantsHtml } from './create-web-page.ts';
import { icon } from './icon.ts';

/** Something to be found at the gateway. */
export interface HomeLink {
  readonly name: string;
  /** Relative to the page at `/`, e.g. `graphql`. */
  readonly address: string;
  /** One sentence on what is there. */
  readonly description: string;
}

/** Where browsers look for an icon when a page names none. */
const iconPath = '/favicon.ico';

/**
 * What a browser finds at `/`: what this is, and where to go on; and the icon. Programs are answered there as anywhere else. It
 * says nothing of the farm, and not even which version this is.
 */
export function createHomePage(links: readonly HomeLink[], isCompressed = true): WebPage {
  // The one style sheet that stands in a page; the policy knows it by its content.
  const styleHash = createHash('sha256').update(styles).digest('base64');
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const page = preparePage(render(links), policy, 'accept, accept-encoding');
  const iconFile = prepareFile(createHashedFile('icon.svg', icon), {
    policy,
    cacheControl: 'public, max-age=86400',
    vary: 'accept-encoding',
  });
  return {
    handles: (request) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      const target = pathOf(request);
      return target === iconPath || (target === '/' && wantsHtml(request));
    },
    handle: (request, response) =>
      sendPrepared(request, response, pathOf(request) === iconPath ? iconFile : page, { policy, isCompressed }),
  };
}

function render(links: readonly HomeLink[]): string {
  const items = links.map(
    ({ name, address, description }) =>
      `<li><a href="${address}"><strong>${name}</strong><span>${description}</span></a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>cuegate</title>
<link rel="icon" type="image/svg+xml" href="favicon.ico">
<style>${styles}</style>
</head>
<body>
<main>
<header><img src="favicon.ico" alt="" width="56" height="56"><h1>cuegate</h1></header>
<p>This is the guarded door to a render farm: OpenCue’s Cuebot, by GraphQL, REST, Connect and gRPC.</p>
<ul>
${items.join('\n')}
</ul>
</main>
</body>
</html>
`;
}

const styles = `
:root { --ground: #f3f6f7; --card: #fff; --line: #d9dfe3; --text: #1d2930; --quiet: #55646f; --accent: #1f6f78; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #12171b; --card: #1b2127; --line: #333d46; --text: #e4eaee; --quiet: #9aa8b3; --accent: #6cc3c9; }
}
* { box-sizing: border-box; }
body { background: var(--ground); color: var(--text); margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 44rem; padding: 2rem 1rem; width: 100%; }
header { align-items: center; display: flex; gap: 1rem; }
h1 { font-size: 2rem; letter-spacing: -0.01em; margin: 0; }
p { color: var(--quiet); font-size: 1.0625rem; margin: 1rem 0 1.5rem; }
ul { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); list-style: none;
  margin: 0; padding: 0; }
a { background: var(--card); border: 1px solid var(--line); border-radius: 10px; color: inherit; display: block;
  height: 100%; padding: 1rem 1.125rem; text-decoration: none; }
a:hover, a:focus-visible { border-color: var(--accent); outline: none; box-shadow: 0 0 0 1px var(--accent); }
strong { color: var(--accent); display: block; font-weight: 650; }
span { color: var(--quiet); display: block; font-size: 0.9375rem; }
`;
