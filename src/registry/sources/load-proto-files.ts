import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';

import type { Registry } from '../descriptors.ts';
import { linkRegistry } from '../linking/link-registry.ts';
import { parseProtoFile } from '../parsing/parse-proto-file.ts';
import type { ProtoFile, ProtoImport } from '../proto-file.ts';
import type { RegistryProblem } from '../registry-error.ts';
import { wellKnownProtos } from './well-known-protos.ts';

/** A file to read. Its name is how errors show it and how imports refer to it once they are resolved. */
interface Source {
  readonly name: string;
  read(): string;
}

/**
 * Loads `.proto` files and everything they import. A folder stands for every `*.proto` below it. Imports are looked for in
 * the given folders, then beside the given files, then among the well-known protos and those that protobufjs brings.
 *
 * @throws {RegistryError} with every problem of every file: unknown paths, empty folders, syntax, missing imports, types
 */
export function loadProtoFiles(paths: readonly string[]): Registry {
  const problems: RegistryProblem[] = [];
  const { folders, files } = listGiven(paths, problems);
  const parsed = new Map<string, ProtoFile>();
  const queue = files.map(sourceOnDisk);

  // The queue grows while it is walked: every file adds what it imports.
  for (const source of queue) {
    if (parsed.has(source.name)) continue;
    const { file, problems: found } = parseProtoFile(readSource(source, problems), source.name);
    problems.push(...found);
    const imports = file.imports.map((imported) => {
      const target = findImport(imported.path, folders);
      if (target === undefined) problems.push(missingImport(imported, file, folders));
      else queue.push(target);
      return { ...imported, path: target?.name ?? imported.path };
    });
    parsed.set(source.name, { ...file, imports });
  }
  return linkRegistry([...parsed.values()], problems);
}

/** The text of a file; nothing, and a problem, when it cannot be read. */
function readSource(source: Source, problems: RegistryProblem[]): string {
  try {
    return source.read();
  } catch (error) {
    const message = `the file cannot be read (${(error as NodeJS.ErrnoException).code})`;
    problems.push({ file: source.name, line: undefined, message });
    return '';
  }
}

/** The given files, those below given folders included, and the folders in which imports are looked for. */
function listGiven(paths: readonly string[], problems: RegistryProblem[]): { folders: string[]; files: string[] } {
  const roots: string[] = [];
  const besides: string[] = [];
  const files: string[] = [];
  const report = (file: string, message: string): void => void problems.push({ file, line: undefined, message });
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) report(path, 'there is no such file or folder');
    else if (stats.isDirectory()) {
      const below = listProtoFiles(path);
      if (below.length === 0) report(path, 'this folder has no .proto file in it');
      roots.push(path);
      files.push(...below);
    } else if (!path.endsWith('.proto')) report(path, 'expected a folder or a file whose name ends in .proto');
    else {
      besides.push(dirname(path));
      files.push(path);
    }
  }
  return { folders: [...new Set([...roots, ...besides])], files };
}

/** Hidden entries are left out: a mounted Kubernetes ConfigMap shows every file a second time below `..data`. */
function listProtoFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.proto') && !name.split(sep).some((part) => part.startsWith('.')))
    .map((name) => join(folder, name))
    .filter((path) => !isFolder(path))
    .toSorted();
}

function findImport(path: string, folders: readonly string[]): Source | undefined {
  const onDisk = folders.map((folder) => join(folder, path)).find(isFile);
  if (onDisk !== undefined) return sourceOnDisk(onDisk);
  const wellKnown = wellKnownProtos.get(path);
  if (wellKnown !== undefined) return { name: path, read: () => wellKnown };
  if (!path.startsWith('google/')) return undefined;
  const bundled = join(dirname(createRequire(import.meta.url).resolve('protobufjs/package.json')), path);
  return isFile(bundled) ? { name: path, read: () => readFileSync(bundled, 'utf8') } : undefined;
}

/** Two ways to write the path of a file give one name. */
function sourceOnDisk(path: string): Source {
  const fromHere = relative('', path);
  const name = fromHere.startsWith('..') ? resolve(path) : fromHere;
  return { name, read: () => readFileSync(path, 'utf8') };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function missingImport({ path, line }: ProtoImport, file: ProtoFile, folders: readonly string[]): RegistryProblem {
  const message = `cannot find the import "${path}"; looked in ${folders.join(', ')} and among the well-known protos`;
  return { file: file.name, line, message };
}
