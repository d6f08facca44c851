import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** Where the image keeps it. A checkout has none. */
const folder = fileURLToPath(new URL('../compile-cache/', import.meta.url));

/**
 * Has V8 take what it compiled when the image was built, in place of compiling it again, from Node 22 on
 * (https://nodejs.org/docs/latest-v24.x/api/module.html#modulecompile-cache). What is in the cache is code that runs: so it is
 * never looked for where others may write, such as the folder for temporary files. Node keeps one for each user and version; any
 * other finds nothing, as does a disk without the cache, and starts as it would without.
 */
export function readCompileCache(): void {
  const { enableCompileCache } = module as typeof module & { enableCompileCache?: (folder: string) => unknown };
  if (existsSync(folder)) enableCompileCache?.(folder);
}
