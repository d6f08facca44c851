import { readFileSync } from 'node:fs';

import type { Registry } from './descriptors.ts';
import type { ReflectionTransport } from './sources/load-by-reflection.ts';
import { loadProtoFiles } from './sources/load-proto-files.ts';
import { RegistryError } from './registry-error.ts';

/**
 * Loads the schema from where the configuration says:
 * - `reflection`: what the server says about itself; needs `ask`
 * - a file that ends in `.binpb`, `.pb`, `.protoset` or `.desc`: a compiled descriptor set
 * - anything else: folders and `.proto` files, with commas in between
 *
 * @throws {RegistryError} with every problem at once
 */
export async function loadRegistry(protoSource: string, ask?: ReflectionTransport): Promise<Registry> {
  // Only what is used is imported: `.proto` files, the usual source, then load without protobufjs.
  if (protoSource === 'reflection') {
    const { loadByReflection } = await import('./sources/load-by-reflection.ts');
    if (ask === undefined)
      return refuse('reflection', 'the schema cannot come from the server here; name files instead');
    return loadByReflection(ask);
  }
  if (/\.(?:binpb|pb|protoset|desc)$/.test(protoSource) && !protoSource.includes(',')) {
    const { loadDescriptorSet } = await import('./sources/load-descriptor-set.ts');
    return loadDescriptorSet(readDescriptorSet(protoSource), protoSource);
  }
  const paths = protoSource.split(',').flatMap((path) => path.trim() || []);
  if (paths.length === 0)
    return refuse('PROTO_SOURCE', 'found nothing, expected a folder, files or the word reflection');
  return loadProtoFiles(paths);
}

function readDescriptorSet(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(path, code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`);
  }
}

function refuse(file: string, message: string): never {
  throw new RegistryError([{ file, line: undefined, message }]);
}
