import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { type ContentCoding, contentCodings } from './content-coding.ts';

/**
 * One file of the built page. Its name holds a hash of its content, so that it may be kept for ever under that name; what
 * comes before the hash says what it is: `page-….js`, `page-….css`, `icon-….svg`, and whatever these load.
 */
export interface PageFile {
  readonly name: string;
  readonly body: Buffer;
  /** The same, packed. */
  readonly packed: Readonly<Record<ContentCoding, Buffer>>;
}

/** A file under the name that it has already, packed nearly as small as can be: Brotli's last levels take seconds. */
export function createPageFile(name: string, text: string): PageFile {
  const body = Buffer.from(text);
  const br = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  return { name, body, packed: { br, gzip: gzipSync(body, { level: 9 }) } };
}

/** A file that is named after its content: `page.css` becomes `page-<hash>.css`. */
export function createHashedFile(name: string, text: string): PageFile {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 8);
  return createPageFile(name.replace(/(?=\.\w+$)/, `-${hash}`), text);
}

/** The page that `writePage` left in a folder; undefined when there is none, as in the sources. */
export function readPage(folder: string): readonly PageFile[] | undefined {
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((name) => !Object.values(endings).some((ending) => name.endsWith(ending)))
    .map((name) => {
      const read = (ending = '') => readFileSync(join(folder, name + ending));
      return { name, body: read(), packed: { br: read(endings.br), gzip: read(endings.gzip) } };
    });
}

/** How the names of packed files end. */
const endings: Readonly<Record<ContentCoding, string>> = { br: '.br', gzip: '.gz' };

/** Leaves the page's files in a folder, and nothing else: each as it is, and packed beside it. */
export function writePage(folder: string, files: readonly PageFile[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, body, packed } of files) {
    writeFileSync(join(folder, name), body);
    for (const coding of contentCodings) writeFileSync(join(folder, name + endings[coding]), packed[coding]);
  }
}

/**
 * Finds a file of a page by what its name begins and ends with.
 *
 * @returns its address below the page, such as `assets/page-1a2b3c4d.css`
 */
export function addressOfFile(files: readonly PageFile[], start: string, end: string): string {
  const file = files.find(({ name }) => name.startsWith(start) && name.endsWith(end));
  if (file === undefined) throw new Error(`the built page lacks ${start}…${end}: run npm run build`);
  return `assets/${file.name}`;
}
