import type { Registry } from './descriptors.ts';
import { RegistryError } from './registry-error.ts';
import { loadByReflection, type ReflectionTransport } from './sources/load-by-reflection.ts';
import { listFiles, loadProtoFiles } from './sources/load-proto-files.ts';

/** Where a schema comes from. */
export interface RegistrySource {
  /**
   * The word `reflection`: what the server says about itself; else folders, `.proto` files and descriptor sets, with commas in
   * between.
   */
  readonly protoSource: string;
  /** Folders, with commas in between, whose files count only when they are imported, and whose services never do. */
  readonly protoPath?: string | undefined;
  /** The server that reflection asks. */
  readonly ask?: ReflectionTransport | undefined;
}

/**
 * Loads the schema from where the configuration says.
 * @throws {RegistryError} with every problem at once
 * @throws whatever `ask` rejects with, where the server did not answer
 */
export async function loadRegistry({ protoSource, protoPath = '', ask }: RegistrySource): Promise<Registry> {
  if (protoSource.trim() === 'reflection') {
    if (ask === undefined)
      return refuse('reflection', 'the schema cannot come from the server here; name files instead');
    return loadByReflection(ask);
  }
  const paths = splitList(protoSource);
  if (paths.length === 0) {
    return refuse(
      'PROTO_SOURCE',
      'found nothing, expected folders, .proto files, descriptor sets or the word reflection',
    );
  }
  return loadProtoFiles(paths, splitList(protoPath));
}

/** The files of a source, and the folders that may get new ones; none where a server tells the schema. */
export function listSources({ protoSource, protoPath = '' }: RegistrySource): readonly string[] {
  if (protoSource.trim() === 'reflection') return [];
  return listFiles([...splitList(protoSource), ...splitList(protoPath)]);
}

function splitList(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim() || []);
}

function refuse(file: string, message: string): never {
  throw new RegistryError([{ file, line: undefined, message }]);
}
