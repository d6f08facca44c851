import type { IncomingMessage, ServerResponse } from 'node:http';

import { negotiateCoding } from './content-coding.ts';
import type { Handler } from './mount.ts';
import { createHashedFile, type PageFile } from './page-files.ts';

/** A page from files of our own: it works without any network beyond the gateway, and its policy keeps it so. */
export interface PageOptions {
  /** Where browsers find it, e.g. `/graphql`, and its files below it, under `assets/`. */
  readonly path: string;
  /** Reads its files as they were built, at the first request, since many a gateway has no visitors; undefined: there are none. */
  readonly readBuilt: () => readonly PageFile[] | undefined;
  /** Makes the files from the sources where none were built. */
  readonly bundle: () => Promise<readonly PageFile[]>;
  /** Compiles the page itself from its files; what it gives is asked for at each visit. */
  readonly compilePage: (files: readonly PageFile[]) => () => PreparedFile;
  /** What the files may do when a browser shows one of them by itself: a content security policy. */
  readonly policy: string;
  /** Whether they go out packed to those who take that; they do when not given. */
  readonly isCompressed?: boolean;
}

/** A response that is ready to be sent, packed or not. */
export interface PreparedFile extends Pick<PageFile, 'body' | 'packed'> {
  readonly fields: Readonly<Record<string, string>>;
  readonly etag: string;
}

/** Serves a page and its files. It answers GET and HEAD alike; which requests are for it is for others to say. */
export function servePage({ path, readBuilt, bundle, compilePage, policy, isCompressed = true }: PageOptions): Handler {
  const assets = `${path}/assets/`;
  const prepare = (files: readonly PageFile[]): Find => {
    const prepared = new Map(files.map((file) => [assets + file.name, prepareAsset(file, policy)]));
    const findPage = compilePage(files);
    return (target) => (target === path ? findPage() : prepared.get(target));
  };
  let find: Find | undefined;
  return (request, response) => {
    const answer = (found: Find) => sendPrepared(request, response, found(pathOf(request)), { policy, isCompressed });
    if (find !== undefined) return answer(find);
    const findFiles = async () => {
      const files = readBuilt() ?? (await bundle());
      find ??= prepare(files);
      return find;
    };
    findFiles().then(answer, () =>
      sendText(response, 500, 'the page is not built; the operator runs: npm run build', policy),
    );
  };
}

/** What a request asks for, without its query. */
export function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

/**
 * Makes a page's HTML ready. It is asked for anew each time, which costs no more than a 304: it names the files of this version.
 *
 * @param policy what the page may do (https://www.w3.org/TR/CSP3/)
 * @param vary the request's fields on which it depends whether this is the answer
 */
export function preparePage(html: string, policy: string, vary = 'accept-encoding'): PreparedFile {
  return prepareFile(createHashedFile('index.html', html), { policy, cacheControl: 'no-cache', vary });
}

/** What is at a path; undefined: nothing. */
type Find = (target: string) => PreparedFile | undefined;

interface SendingOptions {
  readonly policy: string;
  readonly cacheControl: string;
  readonly vary: string;
}

function prepareAsset(file: PageFile, policy: string): PreparedFile {
  return prepareFile(file, { policy, cacheControl: 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
}

/** Makes a file ready. */
export function prepareFile(
  { name, body, packed }: PageFile,
  { policy, cacheControl, vary }: SendingOptions,
): PreparedFile {
  // The name tells contents apart. Weak, because packed and plain share the tag (RFC 9110, 8.8.3.3).
  const etag = `W/"${name}"`;
  const contentType = contentTypes[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream';
  const fields = { 'content-type': contentType, ...guardOf(policy), 'cache-control': cacheControl, vary, etag };
  return { fields, etag, body, packed };
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** What keeps a page to itself. */
function guardOf(policy: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

/**
 * Sends a file; undefined: there is none. Brotli for browsers that came by TLS, over which alone they offer it; gzip for the
 * others.
 */
export function sendPrepared(
  request: IncomingMessage,
  response: ServerResponse,
  prepared: PreparedFile | undefined,
  { policy, isCompressed }: { readonly policy: string; readonly isCompressed: boolean },
): void {
  if (prepared === undefined) {
    sendText(response, 404, 'no such file; the page may be of another version: load it again', policy);
  } else if (request.headers['if-none-match']?.includes(prepared.etag) === true) {
    response.writeHead(304, prepared.fields).end();
  } else {
    const coding = isCompressed ? negotiateCoding(request).coding : undefined;
    const body = coding === undefined ? prepared.body : prepared.packed[coding];
    const encoding = coding === undefined ? {} : { 'content-encoding': coding };
    response.writeHead(200, { ...prepared.fields, ...encoding, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

function sendText(response: ServerResponse, status: number, text: string, policy: string): void {
  response.writeHead(status, { 'content-type': contentTypes['.txt'], ...guardOf(policy) }).end(`${text}\n`);
}
