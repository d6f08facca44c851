import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { PageFile } from './page-file.ts';

/** Where the build leaves the page's files: beside this module, so in `dist` only. */
export const builtPage = fileURLToPath(new URL('./assets/', import.meta.url));

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
