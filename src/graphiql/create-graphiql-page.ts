import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AuthorizationServer } from '../authentication/oidc/authorization-server.ts';

import { contentSecurityPolicy } from './content-security-policy.ts';
import { defaultTabs, type GraphiqlTab } from './default-tabs.ts';
import type { LoginSettings, PageSettings } from './page-settings.ts';
import { type PageFile, builtPage, createHashedFile, readPage } from './page-files.ts';
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
export function createGraphiqlPage(options: GraphiqlPageOptions): GraphiqlPage {
  const { path } = options;
  const assets = `${path}/assets/`;
  const prepare = (files: readonly PageFile[]): Find => {
    const prepared = new Map(files.map((file) => [assets + file.name, prepareAsset(file)]));
    const findPage = compilePage(files, options);
    return (target) => (target === path ? findPage() : prepared.get(target));
  };
  const built = readPage(builtPage);
  let find = built === undefined ? undefined : prepare(built);
  const prepareSources = async () => {
    const { bundlePage } = await import('./build/bundle-page.ts');
    find ??= prepare(await bundlePage());
    return find;
  };
  return {
    handles: ({ method, url = '', headers }) => {
      if (method !== 'GET' && method !== 'HEAD') return false;
      const target = targetOf(url);
      return target === path ? wantsHtml(headers.accept) : target.startsWith(assets);
    },
    handle: (request, response) => {
      const answer = (found: Find) => send(request, response, found(targetOf(request.url!)));
      if (find !== undefined) return answer(find);
      prepareSources().then(answer, () =>
        sendText(response, 500, 'the page is not built; the operator runs: npm run build'),
      );
    },
  };
}

/** What is at a path; undefined: nothing. */
type Find = (target: string) => Prepared | undefined;

/** Renders the page anew only when another authorization server is known, which is once or twice in a gateway's life. */
function compilePage(
  files: readonly PageFile[],
  { path, needsToken, login, authorizationServer = () => undefined, tabs = defaultTabs }: GraphiqlPageOptions,
): () => Prepared {
  const base = `${path.slice(path.lastIndexOf('/') + 1)}/`;
  const render = (server: AuthorizationServer | undefined) => {
    const settings: PageSettings = {
      needsToken,
      ...(login !== undefined && { login: { ...login, server: server ?? null } }),
      tabs,
    };
    return prepareHtml(renderPage(files, base, settings), login === undefined ? undefined : server);
  };
  let known = authorizationServer();
  let rendered = render(known);
  return () => {
    const server = authorizationServer();
    if (server !== known) [known, rendered] = [server, render(server)];
    return rendered;
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

const commonFields = {
  'content-security-policy': contentSecurityPolicy(),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The page is asked for anew each time, which costs no more than a 304: it names the files of this version. */
function prepareHtml(html: string, server: AuthorizationServer | undefined): Prepared {
  const prepared = prepareFile(createHashedFile('index.html', html), 'no-cache', 'accept, accept-encoding');
  return { ...prepared, fields: { ...prepared.fields, 'content-security-policy': contentSecurityPolicy(server) } };
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
