import { nearestName } from '../../errors/did-you-mean.ts';
import type { ProtoFile, ProtoImport } from '../proto-file.ts';

/** A name that others may refer to, and the file that declares it. */
export interface Declared {
  readonly fullName: string;
  readonly file: ProtoFile;
  readonly line: number | undefined;
}

/** A type as found, or why it was not; undefined reason where a missing import was reported already. */
export type Resolved<T> =
  | { readonly found: T; readonly reason?: undefined }
  | { readonly found: undefined; readonly reason: string | undefined };

/**
 * Finds types by reference from within a scope, as protoc does: from the innermost scope outwards, and only in files that
 * are imported, directly or through `import public`. A compiled file may refer to any type: its compiler has checked
 * the imports, and a server may know a file by another name than the one it is imported by.
 * @param whyMissing Why a compiled file may lack what it imports
 * Source: https://protobuf.dev/programming-guides/proto3/#name-resolution
 */
export function createTypeResolver<T extends Declared>(
  files: ReadonlyMap<string, ProtoFile>,
  types: ReadonlyMap<string, T>,
  whyMissing: (path: string) => string = () => 'it is missing',
) {
  const visibleFrom = new Map<ProtoFile, { files: ReadonlySet<ProtoFile>; missing: readonly string[] }>();
  for (const file of files.values()) visibleFrom.set(file, collectVisible(file, files));

  return function resolveType(reference: string, scope: string, file: ProtoFile): Resolved<T> {
    const visible = visibleFrom.get(file)!;
    let hidden: T | undefined;
    for (const candidate of candidates(reference, scope)) {
      const type = types.get(candidate);
      if (type === undefined) continue;
      if (file.compiled || visible.files.has(type.file)) return { found: type };
      hidden ??= type;
    }
    if (visible.missing.length > 0) {
      const [missing] = visible.missing;
      const reason = file.compiled ? `it may be in the import "${missing}"; ${whyMissing(missing!)}` : undefined;
      return { found: undefined, reason };
    }
    if (hidden !== undefined) {
      return {
        found: undefined,
        reason: `${hidden.fullName} is declared in ${hidden.file.name}, which is not imported here`,
      };
    }
    const nearest = nearestType(reference, [...types.keys()]);
    return {
      found: undefined,
      reason: nearest === undefined ? 'nothing has a similar name' : `did you mean "${nearest}"?`,
    };
  };
}

/** The names that a reference may stand for, the innermost first. */
function candidates(reference: string, scope: string): string[] {
  if (reference.startsWith('.')) return [reference.slice(1)];
  const found: string[] = [];
  for (let end = scope.length; end > 0; end = scope.lastIndexOf('.', end - 1))
    found.push(`${scope.slice(0, end)}.${reference}`);
  return [...found, reference];
}

function collectVisible(file: ProtoFile, files: ReadonlyMap<string, ProtoFile>) {
  const visible = new Set([file]);
  const missing: string[] = [];
  const follow = ({ path }: ProtoImport): void => {
    const imported = files.get(path);
    if (imported === undefined) missing.push(path);
    else if (!visible.has(imported)) {
      visible.add(imported);
      for (const next of imported.imports) if (next.public) follow(next);
    }
  };
  file.imports.forEach(follow);
  return { files: visible, missing };
}

/** The same simple name in another package is nearer than any misspelling. */
function nearestType(reference: string, fullNames: readonly string[]): string | undefined {
  const simple = (name: string) => name.slice(name.lastIndexOf('.') + 1);
  const wanted = simple(reference);
  const nearest = nearestName(wanted, fullNames.map(simple));
  if (nearest === undefined) return undefined;
  const alike = fullNames.filter((name) => simple(name) === nearest).toSorted();
  return nearestName(reference, alike) ?? alike[0];
}
