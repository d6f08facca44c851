import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type OutputChunk, rolldown } from 'rolldown';

import { createHashedFile, createPageFile, type PageFile } from '../../http/page-files.ts';

/** The repository's root; this file is as deep in `dist` as in `src`, and runs from both. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = join(root, 'src/graphiql/page');

/**
 * Makes the files of the page from `page/` and GraphiQL: scripts, one style sheet, the icon, and the licences of all that is
 * inside. Needs the devDependencies, so it runs when cuegate is built, and when it is run from its sources.
 */
export async function bundlePage(): Promise<readonly PageFile[]> {
  const scripts = await bundleScripts();
  return [
    ...scripts.map(({ fileName, code }) => createPageFile(fileName, code)),
    createHashedFile('page.css', readStyles()),
    createHashedFile('icon.svg', readFileSync(join(page, 'icon.svg'), 'utf8')),
    createHashedFile('licences.txt', readLicences(scripts)),
  ];
}

async function bundleScripts(): Promise<readonly OutputChunk[]> {
  const bundle = await rolldown({
    input: { page: join(page, 'main.tsx') },
    cwd: root,
    platform: 'browser',
    tsconfig: join(page, 'tsconfig.json'),
    resolve: { alias: { 'react-style-singleton': join(page, 'adopted-styles.ts') } },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    // "use client" and the like speak to servers that render; here all is client.
    onLog: (level, log, report) => {
      if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
    },
  });
  try {
    const { output } = await bundle.generate({
      format: 'es',
      minify: true,
      entryFileNames: '[name]-[hash].js',
      chunkFileNames: 'part-[hash].js',
    });
    return output.filter((file) => file.type === 'chunk');
  } finally {
    await bundle.close();
  }
}

/** GraphiQL's style sheet brings 360 KB of fonts as data: URLs. The system's fonts do, and the page may then load none. */
function readStyles(): string {
  const graphiql = readFileSync(join(root, 'node_modules/graphiql/dist/style.css'), 'utf8');
  const own = readFileSync(join(page, 'page.css'), 'utf8');
  return graphiql.replace(/@font-face\s*\{[^}]*\}/g, '') + own;
}

/** The licences of GraphiQL, whose styles are taken, and of every package that left code in the scripts. */
function readLicences(scripts: readonly OutputChunk[]): string {
  const packages = new Set([join(root, 'node_modules/graphiql')]);
  for (const module of scripts.flatMap(({ moduleIds }) => moduleIds)) {
    const folder = /^[^\0].*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module)?.[0];
    if (folder !== undefined) packages.add(folder);
  }
  return [...packages]
    .sort()
    .map(readLicence)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function readLicence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const file = licenceFiles.map((file) => join(folder, file)).find((path) => existsSync(path));
  const text = file === undefined ? '' : `\n${readFileSync(file, 'utf8').trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

const licenceFiles = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE'];
