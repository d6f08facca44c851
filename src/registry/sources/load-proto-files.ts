import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';

import type { Registry } from '../descriptors.ts';
import { linkRegistry } from '../linking/link-registry.ts';
import { parseProtoFile } from '../parsing/parse-proto-file.ts';
import { definesLanguageFeatures, type ProtoFile, type ProtoImport } from '../proto-file.ts';
import { RegistryError, type RegistryProblem } from '../registry-error.ts';

import { readDescriptorSet } from './load-descriptor-set.ts';
import { addWellKnownFiles, wellKnownProtos } from './well-known-protos.ts';

/** The names that descriptor sets go by: buf's, protoc's in Go's world, grpcurl's, Bazel's, and Envoy's. */
const descriptorSet = /\.(?:binpb|pb|protoset|proto\.bin|desc)$/;

/** A file to read. Its name is how errors show it and how imports refer to it once they are resolved. */
interface Source {
  readonly name: string;
  read(): string;
}

/** What the given paths stand for. */
interface Given {
  /** Where imports are looked for, in this order; the first that has a file hides those of the others. */
  readonly roots: readonly string[];
  readonly files: readonly string[];
  readonly compiled: readonly ProtoFile[];
}

/**
 * Loads `.proto` files, descriptor sets, and everything that they import. A folder stands for every `*.proto` below it.
 * Imports are looked for in the given folders, in `importRoots`, beside the given files, then among the well-known protos and
 * those that protobufjs brings. Of two folders that have a file under the same import path the first counts, as with
 * protoc's `-I`.
 *
 * @param importRoots Folders whose files count only when they are imported, and whose services never do
 * @throws {RegistryError} with every problem of every file: unknown paths, empty folders, syntax, missing imports, types
 */
export function loadProtoFiles(paths: readonly string[], importRoots: readonly string[] = []): Registry {
  const { files, problems } = readProtoFiles(paths, importRoots);
  const whyMissing = () => 'the descriptor set was written without it, use protoc --include_imports';
  return linkRegistry(addWellKnownFiles(files), problems, whyMissing);
}

/** The same files, unlinked, and what is wrong with them so far. */
export function readProtoFiles(
  paths: readonly string[],
  importRoots: readonly string[] = [],
): { files: ProtoFile[]; problems: RegistryProblem[] } {
  const problems: RegistryProblem[] = [];
  const { roots, files, compiled } = listGiven(paths, importRoots, problems);
  const queue = files.map(sourceOnDisk);
  const given = new Set(queue.map(({ name }) => name));
  const parsed = new Map<string, ProtoFile>();
  for (const file of compiled) {
    // Of two sets with one file the first counts, and given sources count before sets.
    const isGiven = roots.some((root) => given.has(sourceOnDisk(join(root, file.name)).name));
    if (!isGiven && !parsed.has(file.name)) parsed.set(file.name, file);
  }

  // The queue grows while it is walked: every file adds what it imports.
  for (const source of queue) {
    if (parsed.has(source.name)) continue;
    const { file, problems: found } = parseProtoFile(readSource(source, problems), source.name);
    problems.push(...found);
    const imports = file.imports.map((imported) => {
      if (parsed.get(imported.path)?.compiled === true) return imported;
      const target = findImport(imported.path, roots);
      if (target === undefined) problems.push(missingImport(imported, file, roots));
      else queue.push(target);
      return { ...imported, path: target?.name ?? imported.path };
    });
    const isImportOnly = !given.has(source.name) && importRoots.some((root) => isBelow(source.name, root));
    parsed.set(source.name, { ...file, imports, services: isImportOnly ? [] : file.services });
  }
  return { files: [...parsed.values()], problems };
}

/** The text of a file; nothing, and a problem, when it cannot be read. */
function readSource(source: Source, problems: RegistryProblem[]): string {
  try {
    return source.read();
  } catch (error) {
    problems.push(unreadable(source.name, error));
    return '';
  }
}

function unreadable(file: string, error: unknown): RegistryProblem {
  return { file, line: undefined, message: `the file cannot be read (${(error as NodeJS.ErrnoException).code})` };
}

function listGiven(paths: readonly string[], importRoots: readonly string[], problems: RegistryProblem[]): Given {
  const folders: string[] = [];
  const besides: string[] = [];
  const files: string[] = [];
  const compiled: ProtoFile[] = [];
  const report = (file: string, message: string): void => void problems.push({ file, line: undefined, message });
  for (const path of importRoots) if (!isFolder(path)) report(path, 'PROTO_PATH names it, but there is no such folder');
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) report(path, 'there is no such file or folder');
    else if (stats.isDirectory()) {
      const below = listProtoFiles(path);
      const inner = importRoots.filter((root) => isBelow(root, path));
      if (below.length === 0) report(path, 'this folder has no .proto file in it');
      for (const name of below) {
        const file = join(path, name);
        const hidden = folders.some((earlier) => isFile(join(earlier, name)));
        if (!hidden && !inner.some((root) => isBelow(file, root))) files.push(file);
      }
      folders.push(path);
    } else if (descriptorSet.test(path)) compiled.push(...readSet(path, problems));
    else if (!path.endsWith('.proto')) {
      report(
        path,
        'expected a folder, a .proto file or a descriptor set (*.binpb, *.pb, *.protoset, *.proto.bin, *.desc)',
      );
    } else {
      besides.push(dirname(path));
      files.push(path);
    }
  }
  return { roots: [...new Set([...folders, ...importRoots, ...besides])], files, compiled };
}

/**
 * The files that paths stand for, whether or not they are there: of a folder every `.proto` below it, of a `.proto` file also those
 * beside it, which it may import.
 */
export function listFiles(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    if (isFolder(path)) return listProtoFiles(path).map((name) => join(path, name));
    if (!path.endsWith('.proto') || !isFolder(dirname(path))) return path;
    const beside = readdirSync(dirname(path)).filter((name) => name.endsWith('.proto'));
    return [...new Set([path, ...beside.map((name) => join(dirname(path), name))])];
  });
}

function readSet(path: string, problems: RegistryProblem[]): ProtoFile[] {
  try {
    return readDescriptorSet(readFileSync(path), path);
  } catch (error) {
    if (error instanceof RegistryError) problems.push(...error.problems);
    else problems.push(unreadable(path, error));
    return [];
  }
}

/** Names below a folder. Hidden entries are left out: a mounted Kubernetes ConfigMap shows every file a second time below `..data`. */
function listProtoFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.proto') && !name.split(sep).some((part) => part.startsWith('.')))
    .filter((name) => !isFolder(join(folder, name)))
    .toSorted();
}

function isBelow(path: string, folder: string): boolean {
  return resolve(path).startsWith(resolve(folder) + sep);
}

function findImport(path: string, roots: readonly string[]): Source | undefined {
  const onDisk = roots.map((root) => join(root, path)).find(isFile);
  if (onDisk !== undefined) return sourceOnDisk(onDisk);
  const known = wellKnownProtos.get(path) ?? (definesLanguageFeatures(path) ? '' : undefined);
  if (known !== undefined) return { name: path, read: () => known };
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

function missingImport({ path, line }: ProtoImport, file: ProtoFile, roots: readonly string[]): RegistryProblem {
  const message = `cannot find the import "${path}"; looked in ${roots.join(', ')} and among the well-known protos; PROTO_PATH may name more folders`;
  return { file: file.name, line, message };
}
