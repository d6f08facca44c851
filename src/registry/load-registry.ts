import type { Registry } from './descriptors.ts';
import { loadProtoFiles } from './load-proto-files.ts';

/**
 * Loads the schema from wherever the configuration says: a folder of `.proto` files, or several files or folders with commas
 * in between.
 *
 * @throws {RegistryError} with every problem at once
 */
export async function loadRegistry(source: string): Promise<Registry> {
  return loadProtoFiles(source.split(',').map((path) => path.trim()));
}
