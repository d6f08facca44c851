import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type OutputChunk, rolldown } from 'rolldown';

import { createHashedFile, createPageFile, type PageFile } from '../../http/page-files.ts';

import { icon } from '../icon.ts';

/** The repository's root; this file is as deep in `dist` as in `src`, and runs from both. */
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What a page is bundled from; paths are relative to the repository. */
export interface BundlePageOptions {
  /** The folder of the page, with its tsconfig.json. */
  readonly folder: string;
  /** The script to begin with, in that folder. */
  readonly entry: string;
  /** Packages that a file in that folder stands in for. */
  readonly alias?: Readonly<Record<string, string>>;
  /** The style sheet, whole. */
  readonly styles: string;
  /** Packages that left something other than code in the page, as folders. */
  readonly packages?: readonly string[];
}

/** Reads a file of the repository. */
export function readSource(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/**
 * Makes the files of a page: scripts, one style sheet, the icon, and the licences of all that is inside. Needs the
 * devDependencies, so it runs when cuegate is built, and when it is run from its sources.
 */
export async function bundlePage(options: BundlePageOptions): Promise<readonly PageFile[]> {
  const scripts = await bundleScripts(options);
  return [
    ...scripts.map(({ fileName, code }) => createPageFile(fileName, code)),
    createHashedFile('page.css', options.styles),
    createHashedFile('icon.svg', icon),
    createHashedFile('licences.txt', readLicences(scripts, options.packages ?? [])),
  ];
}

async function bundleScripts({ folder, entry, alias = {} }: BundlePageOptions): Promise<readonly OutputChunk[]> {
  const page = join(root, folder);
  const bundle = await rolldown({
    input: { page: join(page, entry) },
    cwd: root,
    platform: 'browser',
    tsconfig: join(page, 'tsconfig.json'),
    moduleTypes: { '.graphql': 'text' },
    resolve: { alias: Object.fromEntries(Object.entries(alias).map(([name, file]) => [name, join(page, file)])) },
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

/** The licences of every package that left code in the scripts, and of others. */
function readLicences(scripts: readonly OutputChunk[], others: readonly string[]): string {
  const packages = new Set(others.map((folder) => join(root, folder)));
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
