import type { FieldDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

import { parseFieldPath } from './field-path.ts';
import type { RpcTableDocument } from './rpc-table-schema.ts';
import type { TableReading } from './table-reading.ts';
import type { FieldPath } from './validation.ts';

/** The identity fields of each RPC that has any, held against the registry. Reports what does not fit. */
export function compileIdentityFields(
  rows: RpcTableDocument['identity-fields'],
  { methodsOf, report }: TableReading,
): ReadonlyMap<MethodDescriptor, readonly FieldPath[]> {
  const found = new Map<MethodDescriptor, FieldPath[]>();
  for (const [index, { rpcs, field }] of rows.entries()) {
    const path = ['identity-fields', index];
    for (const method of methodsOf(rpcs, [...path, 'rpcs'])) {
      const parsed = parseFieldPath(field, method.input);
      const problem = 'problem' in parsed ? parsed.problem : problemOf(parsed);
      if (problem !== undefined) report([...path, 'field'], `${problem} (${method.fullName})`);
      else found.set(method, [...(found.get(method) ?? []), parsed as FieldPath]);
    }
  }
  return found;
}

function problemOf(path: FieldPath): string | undefined {
  const { name, type } = path.at(-1)!;
  if (type.kind !== 'scalar' || type.scalar !== 'string') return `"${name}" is no string`;
  // Filling it in repeats the message around it, and what is merged, as lists are, would be there twice.
  const other = path
    .slice(0, -1)
    .flatMap(compoundsIn)
    .find((field) => !path.includes(field));
  return other && `"${other.name}" of ${other.parent.fullName}, beside the identity field, is no single scalar`;
}

function compoundsIn({ type }: FieldDescriptor): readonly FieldDescriptor[] {
  if (type.kind !== 'message') return [];
  return type.message.fields.filter((field) => field.cardinality !== 'singular' || field.type.kind === 'message');
}
