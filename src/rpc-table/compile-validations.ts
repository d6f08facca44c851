import { didYouMean } from '../errors/did-you-mean.ts';

import type { DocumentPath } from '../documents/read-document.ts';
import type { FieldDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

import { parseFieldPath } from './field-path.ts';
import type { RpcTableDocument } from './rpc-table-schema.ts';
import type { TableReading } from './table-reading.ts';
import { everythingArgument, type FieldPath, type NameLookUp, type Validation } from './validation.ts';

type Rows = RpcTableDocument['validations'];

/** The validations of each RPC that has any, held against the registry. Reports what does not fit. */
export function compileValidations(
  validations: Rows,
  reading: TableReading,
): ReadonlyMap<MethodDescriptor, readonly Validation[]> {
  const found = new Map<MethodDescriptor, Validation[]>();
  for (const kind of Object.keys(validations) as (keyof Rows)[]) {
    for (const [index, row] of validations[kind].entries()) {
      const path = ['validations', kind, index];
      for (const method of reading.methodsOf(row.rpcs, [...path, 'rpcs'])) {
        const validation = compile(kind, row, method, path, reading);
        if (validation !== undefined) found.set(method, [...(found.get(method) ?? []), validation]);
      }
    }
  }
  return found;
}

/** Undefined when something about it is wrong. */
function compile<Kind extends keyof Rows>(
  kind: Kind,
  row: Rows[Kind][number],
  method: MethodDescriptor,
  path: DocumentPath,
  reading: TableReading,
): Validation | undefined {
  const compilers: { readonly [Kind in keyof Rows]: Compile<Kind> } = {
    filled: ({ field, on: surfaces, why }) => {
      const found = findField(field, 'string', method, path, reading);
      return found && { kind: 'filled', why, field: found, surfaces };
    },
    bounded: ({ field, apart, on: surfaces, why }) => {
      const criteria = findField(field, 'message', method, path, reading);
      if (criteria === undefined) return undefined;
      if (method.input.fields.some(({ jsonName }) => jsonName === everythingArgument)) {
        return reading.report(path, `${method.input.fullName} has a field "${everythingArgument}" of its own`);
      }
      const names = namesWithin(criteria, apart, [...path, 'apart'], method, reading);
      return names && { kind: 'bounded', why, field: criteria, apart: names, surfaces };
    },
    recent: ({ field, seconds, why }) => {
      const found = findField(field, 'int32', method, path, reading);
      return found && { kind: 'recent', why, field: found, seconds };
    },
    'no-nul': ({ why }) => ({ kind: 'no-nul', why }),
    unique: ({ field, why, ...lookUp }) => {
      const found = findField(field, 'string', method, path, reading);
      const how = compileLookUp(lookUp, path, reading);
      return found && how && { kind: 'unique', why, field: found, lookUp: how };
    },
    'job-spec': ({ field, 'min-uid': minUid, grant, why }) => {
      const found = findField(field, 'string', method, path, reading);
      return found && { kind: 'job-spec', why, field: found, minUid, grant };
    },
  };
  return compilers[kind](row);
}

type Compile<Kind extends keyof Rows> = (row: Rows[Kind][number]) => Validation | undefined;

function findField(
  text: string,
  expected: 'message' | 'int32' | 'string',
  { input, fullName }: MethodDescriptor,
  path: DocumentPath,
  { report }: TableReading,
): FieldPath | undefined {
  const found = parseFieldPath(text, input);
  if ('problem' in found) return report([...path, 'field'], `${found.problem} (${fullName})`);
  const { type } = found.at(-1)!;
  const actual = type.kind === 'scalar' ? type.scalar : type.kind;
  if (actual === expected) return found;
  return report([...path, 'field'], `"${text}" must be a ${expected} and is a ${actual} (${fullName})`);
}

/** The JSON names of some fields of the message that stands at a path. */
function namesWithin(
  field: FieldPath,
  names: string | undefined,
  path: DocumentPath,
  { fullName }: MethodDescriptor,
  { report }: TableReading,
): ReadonlySet<string> | undefined {
  const { type } = field.at(-1)!;
  if (type.kind !== 'message') return undefined;
  const { fields, fullName: message } = type.message;
  const jsonNames = new Set<string>();
  for (const name of names?.split(/\s+/) ?? []) {
    const inner = fields.find((candidate) => candidate.name === name);
    if (inner === undefined) {
      const hint = didYouMean(
        name,
        fields.map((candidate) => candidate.name),
      );
      return report(path, `${message} has no field "${name}"${hint} (${fullName})`);
    }
    jsonNames.add(inner.jsonName);
  }
  return jsonNames;
}

function compileLookUp(
  { 'look-up': rpc, by, in: list, spelling }: Omit<Rows['unique'][number], 'rpcs' | 'field' | 'why'>,
  path: DocumentPath,
  { methodOf, report }: TableReading,
): NameLookUp | undefined {
  const method = methodOf(rpc, [...path, 'look-up']);
  if (method === undefined) return undefined;
  const { input, output } = method;
  if (by !== undefined) {
    const field = input.fields.find(({ name }) => name === by);
    if (isString(field, 'singular')) return { method, where: { by: field.jsonName }, spelling };
    return report([...path, 'by'], `${input.fullName} has no string "${by}"`);
  }
  const field = output.fields.find(({ name }) => name === list);
  if (isString(field, 'repeated')) return { method, where: { in: field.jsonName }, spelling };
  return report([...path, 'in'], `${output.fullName} has no list of strings "${list}"`);
}

function isString(
  field: FieldDescriptor | undefined,
  cardinality: FieldDescriptor['cardinality'],
): field is FieldDescriptor {
  return field?.cardinality === cardinality && field.type.kind === 'scalar' && field.type.scalar === 'string';
}
