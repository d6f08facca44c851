import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

import { createHashedFile, createPageFile, type PageFile } from '../../http/page-files.ts';
import { icon } from '../../web-pages/icon.ts';

/** The repository's root; this file is as deep in `dist` as in `src`, and runs from both. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = join(root, 'src/swagger-ui/page');
const swaggerUi = join(root, 'node_modules/swagger-ui-dist');

/**
 * Makes the files of the page: Swagger UI's own as they come, our script and styles, and the licences. Needs the devDependencies,
 * so it runs when cuegate is built, and when it is run from its sources.
 */
export async function bundlePage(): Promise<readonly PageFile[]> {
  return [
    createHashedFile('swagger-ui-bundle.js', withoutMap(readFileSync(join(swaggerUi, 'swagger-ui-bundle.js'), 'utf8'))),
    createHashedFile('swagger-ui.css', withoutMap(readFileSync(join(swaggerUi, 'swagger-ui.css'), 'utf8'))),
    await bundleScript(),
    createHashedFile('page.css', readFileSync(join(page, 'page.css'), 'utf8')),
    createHashedFile('icon.svg', icon),
    createHashedFile('licences.txt', readLicences()),
  ];
}

async function bundleScript(): Promise<PageFile> {
  const bundle = await rolldown({
    input: { page: join(page, 'main.ts') },
    cwd: root,
    platform: 'browser',
    tsconfig: join(page, 'tsconfig.json'),
  });
  try {
    const { output } = await bundle.generate({ format: 'es', minify: true, entryFileNames: '[name]-[hash].js' });
    return createPageFile(output[0].fileName, output[0].code);
  } finally {
    await bundle.close();
  }
}

/** The maps are larger than the files and stay behind; browsers would ask for them. */
function withoutMap(text: string): string {
  return text.replace(/\n?(?:\/\/# sourceMappingURL=\S+|\/\*# sourceMappingURL=.*?\*\/)\s*$/, '\n');
}

/** The licence of Swagger UI, and of the packages inside its bundle as it lists them. */
function readLicences(): string {
  const { name, version, license } = JSON.parse(readFileSync(join(swaggerUi, 'package.json'), 'utf8')) as Manifest;
  const texts = ['NOTICE', 'LICENSE', 'swagger-ui-bundle.js.LICENSE.txt'];
  return [`${name} ${version} (${license})`, ...texts.map((file) => readFileSync(join(swaggerUi, file), 'utf8').trim())]
    .join('\n\n')
    .concat('\n');
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}
