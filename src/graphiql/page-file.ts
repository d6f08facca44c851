import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/**
 * One file of the built page. Its name holds a hash of its content, so that it may be kept for ever under that name; what
 * comes before the hash says what it is: `page-….js`, `page-….css`, `icon-….svg`, and whatever these load.
 */
export interface PageFile {
  readonly name: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

/** A file under the name that it has already, packed as small as gzip can. */
export function createPageFile(name: string, text: string): PageFile {
  const body = Buffer.from(text);
  return { name, body, gzipped: gzipSync(body, { level: 9 }) };
}

/** A file that is named after its content: `page.css` becomes `page-<hash>.css`. */
export function createHashedFile(name: string, text: string): PageFile {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 8);
  return createPageFile(name.replace(/(?=\.\w+$)/, `-${hash}`), text);
}
