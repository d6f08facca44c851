import type { FieldDescriptor, MessageDescriptor, MethodDescriptor, Registry } from '../registry/descriptors.ts';

import type { ResourceEntry } from './policy-file.ts';

/** What a call acts on, as the upstream itself describes it; never what the request says about it. */
export type Resource =
  | {
      readonly kind: 'found';
      /** The user to whom it belongs. */
      readonly owner: string;
      readonly show: string;
    }
  | {
      readonly kind: 'unknown';
      /** A whole sentence about why nobody can tell. */
      readonly why: string;
    };

/** How to find out whose a thing is. */
export interface ResourceReader {
  /** The field of the request that holds the thing; its `id` names it. */
  readonly field: FieldDescriptor;
  readonly step: ReadStep;
}

/** One read: by `id`, and what its answer says. */
export interface ReadStep {
  /** The thing's message type. */
  readonly type: string;
  /** Takes `id`. */
  readonly method: MethodDescriptor;
  /** Steps into the answer, as JSON names: to owner and show, or to the id of the thing that has them. */
  readonly where:
    | { readonly owner: readonly string[]; readonly show: readonly string[] }
    | { readonly at: readonly string[]; readonly next: ReadStep };
}

/**
 * Finds the methods that act on a thing whose owner can be looked up: those whose request holds it as its first message, in
 * a field of its own name (`Job job`). What a request names after that is not what it acts on: whoever makes a frame wait
 * for a job sends both, and must not pass off a job of their own for the frame.
 */
export function compileResources(
  entries: readonly ResourceEntry[],
  registry: Registry,
): ReadonlyMap<MethodDescriptor, ResourceReader> {
  const byType = new Map(entries.map((entry) => [entry.type, entry]));
  const readers = new Map<MethodDescriptor, ResourceReader>();
  for (const method of registry.methods.values()) {
    const field = method.input.fields.find(({ type }) => type.kind === 'message');
    if (field === undefined || field.type.kind !== 'message' || !isThing(field, byType)) continue;
    const step = compileStep(field.type.message.fullName, byType, registry, new Set());
    if (step !== undefined) readers.set(method, Object.freeze({ field, step }));
  }
  return readers;
}

function isThing({ type, name, cardinality }: FieldDescriptor, byType: ReadonlyMap<string, ResourceEntry>): boolean {
  if (type.kind !== 'message' || cardinality !== 'singular' || !byType.has(type.message.fullName)) return false;
  return name.replaceAll('_', '') === type.message.name.toLowerCase();
}

/** Undefined when a step is missing, or leads in a circle. */
function compileStep(
  type: string,
  byType: ReadonlyMap<string, ResourceEntry>,
  registry: Registry,
  passed: ReadonlySet<string>,
): ReadStep | undefined {
  const entry = byType.get(type);
  if (entry === undefined || passed.has(type)) return undefined;
  const method = registry.methods.get(entry.read)!;
  const { where } = entry;
  if ('owner' in where) {
    const owner = resolvePath(where.owner, method.output);
    const show = resolvePath(where.show, method.output);
    return owner === undefined || show === undefined ? undefined : { type, method, where: { owner, show } };
  }
  const at = resolvePath(where.at, method.output);
  const next = compileStep(where.through, byType, registry, new Set([...passed, type]));
  return at === undefined || next === undefined ? undefined : { type, method, where: { at, next } };
}

/** `layer.parentId` as steps of JSON names; undefined when no text stands there. */
export function resolvePath(path: string, message: MessageDescriptor): readonly string[] | undefined {
  let type: FieldDescriptor['type'] = { kind: 'message', message };
  const steps: string[] = [];
  for (const word of path.split('.')) {
    const field: FieldDescriptor | undefined =
      type.kind === 'message'
        ? type.message.fields.find(({ name, jsonName }) => name === word || jsonName === word)
        : undefined;
    if (field === undefined || field.cardinality !== 'singular') return undefined;
    steps.push(field.jsonName);
    type = field.type;
  }
  return type.kind === 'scalar' && type.scalar === 'string' ? steps : undefined;
}
