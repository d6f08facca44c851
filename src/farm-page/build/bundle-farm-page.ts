import type { PageFile } from '../../http/page-files.ts';

import { bundlePage, readSource } from '../../web-pages/build/bundle-page.ts';

/** Makes the files of the page from `page/`. */
export function bundleFarmPage(): Promise<readonly PageFile[]> {
  return bundlePage({
    folder: 'src/farm-page/page',
    entry: 'main.ts',
    styles: readSource('src/farm-page/page/page.css'),
  });
}
