import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The page that `writePage` left in a folder; undefined when there is none, as in the sources. */
export function readPage(folder: string): readonly PageFile[] | undefined {
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((name) => !name.endsWith('.gz'))
    .map((name) => ({
      name,
      body: readFileSync(join(folder, name)),
      gzipped: readFileSync(join(folder, `${name}.gz`)),
    }));
}

/** Leaves the page's files in a folder, and nothing else: each as it is, and packed beside it. */
export function writePage(folder: string, files: readonly PageFile[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, body, gzipped } of files) {
    writeFileSync(join(folder, name), body);
    writeFileSync(join(folder, `${name}.gz`), gzipped);
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
