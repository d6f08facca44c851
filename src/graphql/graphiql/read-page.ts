import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { PageFile } from './page-file.ts';

/** Where the build leaves the page's files: beside this module, so in `dist` only. */
export const builtPage = fileURLToPath(new URL('./assets/', import.meta.url));

/** The built page; undefined when cuegate runs from its sources, which hold none. */
export function readPage(): readonly PageFile[] | undefined {
  if (!existsSync(builtPage)) return undefined;
  return readdirSync(builtPage).map((name) => ({ name, body: readFileSync(`${builtPage}${name}`) }));
}
