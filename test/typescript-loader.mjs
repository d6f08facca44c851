// The module hooks of run-typescript.mjs; https://nodejs.org/api/module.html#customization-hooks
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';

const source = new URL('../src/', import.meta.url).href;
const built = new URL('../dist/', import.meta.url).href;

/** src/x.ts is dist/x.js. */
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  if (!resolved.url.startsWith(source)) return resolved;
  const url = built + resolved.url.slice(source.length).replace(/\.ts$/, '.js');
  return { ...resolved, url, format: 'module' };
}

/** Strips the types of what is not built. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  const { code } = await transformWithOxc(await readFile(path, 'utf8'), path);
  return { format: 'module', source: code, shortCircuit: true };
}
