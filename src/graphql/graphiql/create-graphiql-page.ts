import type { IncomingMessage, ServerResponse } from 'node:http';

import { defaultTabs, type GraphiqlTab } from './default-tabs.ts';
import { createHashedFile, type PageFile } from './page-file.ts';
import { builtPage, readPage } from './read-page.ts';
import { renderPage } from './render-page.ts';

/** What the page needs to know. */
export interface GraphiqlPageOptions {
  /** The GraphQL endpoint, e.g. `/graphql`: browsers find the page there, and its files below it, under `assets/`. */
  readonly path: string;
  /** Whether callers must show a token; if so, the page has a field for it. */
  readonly needsToken: boolean;
  /** What is open on the first visit; the tabs for OpenCue when not given. */
  readonly tabs?: readonly GraphiqlTab[];
}

/** The page as a mount for the server. It shows nothing of the farm, so it needs no identity. */
export interface GraphiqlPage {
  /** Whether the request is for the page or one of its files: GET or HEAD, and at the endpoint itself from a browser only. */
  handles(request: IncomingMessage): boolean;
  /** Answers a request that it handles. */
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * GraphiQL from files of our own: it works without any network beyond the gateway, and a strict content security policy
 * keeps it so. Built files are read here, at boot; from sources the page is bundled at its first request.
 */
export function createGraphiqlPage({ path, needsToken, tabs = defaultTabs }: GraphiqlPageOptions): GraphiqlPage {
  const assets = `${path}/assets/`;
  const base = `${path.slice(path.lastIndexOf('/') + 1)}/`;
  const prepare = (files: readonly PageFile[]): ReadonlyMap<string, Prepared> =>
    new Map([
      [path, prepareHtml(renderPage(files, base, { needsToken, tabs }))],
      ...files.map((file) => [assets + file.name, prepareAsset(file)] as const),
    ]);
  const built = readPage(builtPage);
  let prepared = built === undefined ? undefined : prepare(built);
  const prepareSources = async () => {
    const { bundlePage } = await import('./build/bundle-page.ts');
    prepared ??= prepare(await bundlePage());
    return prepared;
  };
  return {
    handles: ({ method, url = '', headers }) => {
      if (method !== 'GET' && method !== 'HEAD') return false;
      const target = targetOf(url);
      return target === path ? wantsHtml(headers.accept) : target.startsWith(assets);
    },
    handle: (request, response) => {
      const answer = (files: ReadonlyMap<string, Prepared>) =>
        send(request, response, files.get(targetOf(request.url!)));
      if (prepared !== undefined) return answer(prepared);
      prepareSources().then(answer, () =>
        sendText(response, 500, 'the page is not built; the operator runs: npm run build'),
      );
    },
  };
}

function targetOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function wantsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') === true;
}

/** A response that is ready to be sent, in both encodings. */
interface Prepared {
  readonly fields: Readonly<Record<string, string>>;
  readonly etag: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

/**
 * What the page may do, for browsers: load scripts, styles and pictures from here, and talk to here; nothing else. In
 * particular no inline script and no eval run, and no other page may frame this one.
 * `unsafe-inline` is for the `style` attributes with which CodeMirror's search box sets its own width. `data:` pictures are
 * the marks that its style sheet sets beside a wrong line.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const commonFields = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The page is asked for anew each time, which costs no more than a 304: it names the files of this version. */
function prepareHtml(html: string): Prepared {
  return prepareFile(createHashedFile('index.html', html), 'no-cache', 'accept, accept-encoding');
}

function prepareAsset(file: PageFile): Prepared {
  return prepareFile(file, 'public, max-age=31536000, immutable', 'accept-encoding');
}

function prepareFile({ name, body, gzipped }: PageFile, cacheControl: string, vary: string): Prepared {
  // The name tells contents apart. Weak, because packed and plain share the tag (RFC 9110, 8.8.3.3).
  const etag = `W/"${name}"`;
  const contentType = contentTypes[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream';
  const fields = { 'content-type': contentType, ...commonFields, 'cache-control': cacheControl, vary, etag };
  return { fields, etag, body, gzipped };
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** Packed with gzip and not Brotli: browsers offer the latter over TLS only, and cuegate speaks plain HTTP. */
function send(request: IncomingMessage, response: ServerResponse, prepared: Prepared | undefined): void {
  if (prepared === undefined) {
    sendText(response, 404, 'no such file; the page may be of another version: load it again');
  } else if (request.headers['if-none-match']?.includes(prepared.etag) === true) {
    response.writeHead(304, prepared.fields).end();
  } else {
    const isGzipped = acceptsGzip(request.headers['accept-encoding']);
    const body = isGzipped ? prepared.gzipped : prepared.body;
    const encoding = isGzipped ? { 'content-encoding': 'gzip' } : {};
    response.writeHead(200, { ...prepared.fields, ...encoding, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': contentTypes['.txt'], ...commonFields }).end(`${text}\n`);
}

function acceptsGzip(acceptEncoding = ''): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(acceptEncoding);
}
