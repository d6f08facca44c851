import type { FieldDescriptor, MessageDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

import type { RpcKind } from './rpc-kind.ts';
import type { TableEntry } from './table-document.ts';

import type { Refetch } from './refetch.ts';
import { methodOf, type TableReading } from './table-methods.ts';

const isSaid = (text: string) => (text === '' ? 'must say something' : undefined);
const settings = { read: isSaid, key: isSaid, by: isSaid } as const;

/** What makes a read fit for this; the facts are those of the table that is being read. */
export type ReadFacts = (method: MethodDescriptor) => { readonly kind: RpcKind; readonly lane: string | undefined };

/**
 * Reads the section `refetch: { MESSAGE: { read, key, by } }` and holds it against the registry. What is wrong is added to
 * the document's problems.
 *
 * @returns what can be fetched again after a method, when it is a write
 */
export function readRefetches(
  reading: TableReading,
  factsOf: ReadFacts,
): (method: MethodDescriptor) => readonly Refetch[] {
  const things = reading.document.entriesOf('refetch').flatMap((entry) => readRow(entry, reading, factsOf) ?? []);
  return (method) => {
    // There is nothing left to fetch.
    if (method.name.startsWith('Delete')) return [];
    return method.input.fields.flatMap((field) => {
      const thing = field.cardinality === 'singular' ? things.find(({ type }) => isOf(field, type)) : undefined;
      return thing === undefined ? [] : [{ ...thing, field }];
    });
  };
}

type Refetchable = Omit<Refetch, 'field'>;

function readRow(entry: TableEntry, reading: TableReading, factsOf: ReadFacts): Refetchable | undefined {
  const { document, registry, mustMatch } = reading;
  const report = (problem: string): undefined => {
    if (mustMatch) document.problems.push(`line ${entry.line}: ${problem}`);
  };
  const { read, key, by } = document.settingsOf(entry, settings);
  if (read === undefined || key === undefined || by === undefined) {
    document.problems.push(`line ${entry.line}: "${entry.key}" needs read, key and by`);
    return undefined;
  }
  const type = registry.messages.get(entry.key);
  if (type === undefined) return report(`"${entry.key}" is no message of the loaded protos`);
  const method = methodOf(read, entry.line, reading);
  if (method === undefined) return undefined;
  const { kind, lane } = factsOf(method);
  if (kind !== 'read') return report(`${method.fullName} is a write`);
  // What is read after each write must not make the writes of others wait.
  if (lane !== undefined) return report(`${method.fullName} runs in the lane "${lane}"; a refetch must have none`);
  const at = method.output.fields.find((field) => field.cardinality === 'singular' && isOf(field, type));
  if (at === undefined) return report(`${method.output.fullName} holds no ${type.fullName}`);
  const [keyField, byField] = [findString(type, key), findString(method.input, by)];
  if (keyField === undefined) return report(`${type.fullName} has no string "${key}"`);
  if (byField === undefined) return report(`${method.input.fullName} has no string "${by}"`);
  return { type, method, key: keyField.jsonName, by: byField.jsonName, at: at.jsonName };
}

function isOf({ type }: FieldDescriptor, message: MessageDescriptor): boolean {
  return type.kind === 'message' && type.message === message;
}

function findString({ fields }: MessageDescriptor, wanted: string): FieldDescriptor | undefined {
  return fields.find(
    ({ name, type, cardinality }) =>
      name === wanted && cardinality === 'singular' && type.kind === 'scalar' && type.scalar === 'string',
  );
}
