import type { FieldDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

import type { TableEntry } from './table-document.ts';

import { parseFieldPath } from './field-path.ts';
import type { FieldPath } from './validation.ts';
import { methodsOf, type TableReading } from './table-methods.ts';

const isSaid = (text: string) => (text === '' ? 'must say something' : undefined);
const settings = { rpcs: isSaid, field: isSaid, why: isSaid } as const;

/** A string of an RPC's request that says who calls. */
export interface IdentityField {
  readonly method: MethodDescriptor;
  readonly field: FieldPath;
}

/**
 * Reads the section `identity-fields: [{ rpcs, field, why }]` and holds it against the registry. What is wrong is added to
 * the document's problems.
 */
export function readIdentityFields(reading: TableReading): readonly IdentityField[] {
  return reading.document.entriesOf('identity-fields').flatMap((entry) => readRow(entry, reading));
}

function readRow(entry: TableEntry, reading: TableReading): readonly IdentityField[] {
  const { document, mustMatch } = reading;
  const { rpcs, field, why } = document.settingsOf(entry, settings);
  if (rpcs === undefined || field === undefined || why === undefined) {
    document.problems.push(`line ${entry.line}: an identity field needs rpcs, field and why`);
    return [];
  }
  return methodsOf(rpcs, entry.line, reading).flatMap((method) => {
    const path = parseFieldPath(field, method.input);
    const problem = 'problem' in path ? path.problem : problemOf(path);
    if (problem === undefined) return [{ method, field: path as FieldPath }];
    if (mustMatch) document.problems.push(`line ${entry.line}: ${problem} (${method.fullName})`);
    return [];
  });
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
