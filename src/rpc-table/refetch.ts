import type { FieldDescriptor, MessageDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

import { findString } from './field-path.ts';
import type { RpcKind } from './rpc-kind.ts';
import type { RpcTableDocument } from './rpc-table-schema.ts';
import type { TableReading } from './table-reading.ts';

/** How to fetch again, after a write, what a field of the write's request names. Names are JSON names. */
export interface Refetch {
  /** The field of the write's request that holds the thing, at least with its key. */
  readonly field: FieldDescriptor;
  /** The thing's message. */
  readonly type: MessageDescriptor;
  /** The read that fetches it. */
  readonly method: MethodDescriptor;
  /** The field of the thing that names it. */
  readonly key: string;
  /** The field of the read's request that takes the key; undefined: the read takes none, and answers with all things. */
  readonly by: string | undefined;
  /** Steps from the read's answer to the thing, or to the list that it is looked up in by its key. */
  readonly at: readonly string[];
}

type FactsSoFar = (method: MethodDescriptor) => { readonly kind: RpcKind; readonly lane: string | undefined };

/**
 * What can be fetched again after a write, held against the registry. Reports what does not fit.
 *
 * @param factsOf the facts so far, of the table that is being read
 */
export function compileRefetches(
  rows: RpcTableDocument['refetch'],
  reading: TableReading,
  factsOf: FactsSoFar,
): (method: MethodDescriptor) => readonly Refetch[] {
  const things = Object.entries(rows).flatMap(([name, row]) => compileThing(name, row, reading, factsOf) ?? []);
  return (method) => {
    // After a Delete there is nothing left to fetch.
    if (factsOf(method).kind === 'read' || method.name.startsWith('Delete')) return [];
    return method.input.fields.flatMap((field) => {
      const thing = things.find(({ type }) => isSingle(field, type));
      return thing === undefined ? [] : [{ ...thing, field }];
    });
  };
}

function compileThing(
  name: string,
  { read, key, by }: RpcTableDocument['refetch'][string],
  { registry, methodOf, report }: TableReading,
  factsOf: FactsSoFar,
): Omit<Refetch, 'field'> | undefined {
  const path = ['refetch', name];
  const type = registry.messages.get(name);
  if (type === undefined) return report(path, 'is no message of the loaded protos');
  const method = methodOf(read, [...path, 'read']);
  if (method === undefined) return undefined;
  const { kind, lane } = factsOf(method);
  if (kind !== 'read') return report([...path, 'read'], `${method.fullName} is a write`);
  // What is read after each write must not make the writes of others wait.
  if (lane !== undefined) {
    return report([...path, 'read'], `${method.fullName} runs in the lane "${lane}"; a refetch must have none`);
  }
  const keyField = findString(type, key);
  if (keyField === undefined) return report([...path, 'key'], `${type.fullName} has no string "${key}"`);
  const at = findPath(method.output, (field) => (by === undefined ? isListOf : isSingle)(field, type));
  if (at === undefined) {
    const what = by === undefined ? 'list of ' : '';
    return report([...path, 'read'], `${method.output.fullName} holds no ${what}${type.fullName}`);
  }
  if (by === undefined) return { type, method, key: keyField.jsonName, by: undefined, at };
  const byField = findString(method.input, by);
  if (byField === undefined) return report([...path, 'by'], `${method.input.fullName} has no string "${by}"`);
  return { type, method, key: keyField.jsonName, by: byField.jsonName, at };
}

/** The way to a field of a message, or of a message that one of its fields holds: OpenCue's lists are messages of their own. */
function findPath(
  { fields }: MessageDescriptor,
  isWanted: (field: FieldDescriptor) => boolean,
): readonly string[] | undefined {
  const own = fields.find(isWanted);
  if (own !== undefined) return [own.jsonName];
  for (const { type, cardinality, jsonName } of fields) {
    if (type.kind !== 'message' || cardinality !== 'singular') continue;
    const inner = type.message.fields.find(isWanted);
    if (inner !== undefined) return [jsonName, inner.jsonName];
  }
  return undefined;
}

function isListOf({ type, cardinality }: FieldDescriptor, message: MessageDescriptor): boolean {
  return cardinality === 'repeated' && type.kind === 'message' && type.message === message;
}

function isSingle({ type, cardinality }: FieldDescriptor, message: MessageDescriptor): boolean {
  return cardinality === 'singular' && type.kind === 'message' && type.message === message;
}
