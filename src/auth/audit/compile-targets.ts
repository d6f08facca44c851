import type { FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';
import type { OpenMessage } from '../../rpc/open-message.ts';

import type { AuditTarget } from './audit-record.ts';

/** Reads what a request names. Never throws: bytes that are no such message name nothing. */
export type ReadTargets = (request: Uint8Array) => readonly AuditTarget[];

/** A request may name thousands of things; a record names the first ones. */
const maxTargets = 20;

/** Ids are UUIDs, names have some dozen letters; whoever sends more does not want to be recorded, or to flood the record. */
const maxLength = 200;

/**
 * Compiles how to read what requests of a type name: `id` and `name` of the things that they hold, and of the request
 * itself. Nothing else of a request gets into a record: what it holds otherwise may be a job spec, with whatever is in there.
 */
export function compileTargets(message: MessageDescriptor, open: OpenMessage): ReadTargets {
  const ownNames = message.fields.filter(isNaming);
  const held = message.fields.flatMap(thingsIn);
  // A request that names nothing is never opened, however large.
  if (ownNames.length === 0 && held.length === 0) return () => [];
  const openRequest = open(message);
  return (request) => {
    let value: unknown;
    try {
      value = openRequest(request);
    } catch {
      return [];
    }
    const targets = [
      { field: '', value },
      ...held.flatMap(({ field, read }) => read(value).map((value) => ({ field, value }))),
    ];
    return targets.slice(0, maxTargets + 1).flatMap(({ field, value }) => targetOf(field, value));
  };
}

interface HeldThings {
  readonly field: string;
  readonly read: (request: unknown) => readonly unknown[];
}

/** A field of a thing, of a list of things, or of a message around such a list (`JobSeq`). */
function thingsIn(field: FieldDescriptor): readonly HeldThings[] {
  const { name, jsonName, type, cardinality } = field;
  if (type.kind !== 'message' || cardinality === 'map') return [];
  const at = (value: unknown, key: string) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  const listAt = (value: unknown, key: string) => (at(value, key) ?? []) as readonly unknown[];
  if (isThing(type.message)) {
    return [
      {
        field: name,
        read: cardinality === 'repeated' ? (value) => listAt(value, jsonName) : (value) => [at(value, jsonName)],
      },
    ];
  }
  const [inner, ...others] = type.message.fields;
  if (cardinality === 'repeated' || inner === undefined || others.length > 0) return [];
  if (inner.cardinality !== 'repeated' || inner.type.kind !== 'message' || !isThing(inner.type.message)) return [];
  return [{ field: name, read: (value) => listAt(at(value, jsonName), inner.jsonName) }];
}

/** What has an id can be acted on. */
function isThing({ fields }: MessageDescriptor): boolean {
  return fields.some((field) => field.name === 'id' && isNaming(field));
}

function isNaming({ name, type, cardinality }: FieldDescriptor): boolean {
  return (
    (name === 'id' || name === 'name') &&
    type.kind === 'scalar' &&
    type.scalar === 'string' &&
    cardinality === 'singular'
  );
}

function targetOf(field: string, value: unknown): readonly AuditTarget[] {
  const { id, name } = (value ?? {}) as { readonly id?: unknown; readonly name?: unknown };
  const target = { field, ...clip('id', id), ...clip('name', name) };
  return 'id' in target || 'name' in target ? [target] : [];
}

function clip(key: 'id' | 'name', value: unknown): { readonly id?: string; readonly name?: string } {
  if (typeof value !== 'string' || value === '') return {};
  return { [key]: value.length > maxLength ? `${value.slice(0, maxLength)}…` : value };
}
