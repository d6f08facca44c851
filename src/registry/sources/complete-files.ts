import { parseProtoFile } from '../parsing/parse-proto-file.ts';
import type { ProtoFile } from '../proto-file.ts';
import type { RegistryProblem } from '../registry-error.ts';
import { wellKnownProtos } from './well-known-protos.ts';

/**
 * Adds the well-known protos that compiled files import without bringing them, and reports every other missing import.
 * @param advice What to do about a missing import, for the end of a sentence
 */
export function completeFiles(
  files: readonly ProtoFile[],
  advice: string,
): { files: ProtoFile[]; problems: RegistryProblem[] } {
  const complete = new Map(files.map((file) => [file.name, file]));
  const problems: RegistryProblem[] = [];
  for (const file of complete.values()) {
    for (const { path, line } of file.imports) {
      if (complete.has(path)) continue;
      const wellKnown = wellKnownProtos.get(path);
      if (wellKnown !== undefined) complete.set(path, parseProtoFile(wellKnown, path).file);
      else problems.push({ file: file.name, line, message: `cannot find the import "${path}"; ${advice}` });
    }
  }
  return { files: [...complete.values()], problems };
}
