import type { PageFile } from '../../http/page-files.ts';

import { bundlePage, readSource } from '../../web-pages/build/bundle-page.ts';

/** Makes the files of the page from `page/` and GraphiQL. */
export function bundleGraphiql(): Promise<readonly PageFile[]> {
  // GraphiQL's style sheet brings 360 KB of fonts as data: URLs. The system's fonts do, and the page may then load none.
  const styles = readSource('node_modules/graphiql/dist/style.css').replace(/@font-face\s*\{[^}]*\}/g, '');
  return bundlePage({
    folder: 'src/graphiql/page',
    entry: 'main.tsx',
    alias: { 'react-style-singleton': 'adopted-styles.ts' },
    styles: styles + readSource('src/graphiql/page/page.css'),
    packages: ['node_modules/graphiql'],
  });
}
