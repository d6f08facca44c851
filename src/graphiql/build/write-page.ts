import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PageFile } from '../page-file.ts';

/** Leaves the page's files in a folder, and nothing else: each as it is, and packed beside it. */
export function writePage(folder: string, files: readonly PageFile[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, body, gzipped } of files) {
    writeFileSync(join(folder, name), body);
    writeFileSync(join(folder, `${name}.gz`), gzipped);
  }
}
