import { createHash } from 'node:crypto';

/**
 * One file of the built page. Its name holds a hash of its content, so that it may be kept for ever under that name; what
 * comes before the hash says what it is: `page-….js`, `page-….css`, `icon-….svg`, and whatever these load.
 */
export interface PageFile {
  readonly name: string;
  readonly body: Buffer;
}

/** Names a text after its content: `page.css` becomes `page-<hash>.css`. */
export function createPageFile(name: string, text: string): PageFile {
  const body = Buffer.from(text);
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 8);
  return { name: name.replace(/(?=\.\w+$)/, `-${hash}`), body };
}
