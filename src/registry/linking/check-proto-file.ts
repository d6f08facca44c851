import { scalars } from '../descriptors.ts';
import { defaultFeatures, type Features, inheritFeatures } from '../features.ts';
import type { ProtoDeclaration, ProtoEnum, ProtoField, ProtoFile, ProtoMessage, ProtoService } from '../proto-file.ts';
import type { RegistryProblem } from '../registry-error.ts';

import { deriveJsonName } from './json-names.ts';

/** https://protobuf.dev/programming-guides/proto3/#assigning */
const maxFieldNumber = 536_870_911;
const reservedForProtobuf = { from: 19_000, to: 19_999 };

/** MapKeyType, to ask of any name. */
const mapKeyTypes: ReadonlySet<string> = new Set(
  scalars.filter((scalar) => scalar !== 'double' && scalar !== 'float' && scalar !== 'bytes'),
);

type Report = (declaration: { readonly line: number | undefined }, message: string) => void;

/** Everything that can be wrong within one file, whatever the others say: numbers, duplicates, clashes. */
export function checkProtoFile(file: ProtoFile): RegistryProblem[] {
  const problems: RegistryProblem[] = [];
  const report: Report = ({ line }, message) => void problems.push({ file: file.name, line, message });
  const prefix = file.package === '' ? '' : `${file.package}.`;
  const features = inheritFeatures(defaultFeatures[file.syntax], file.features);
  reportNameless([...file.messages, ...file.enums, ...file.services], `package ${file.package}`, report);
  for (const message of file.messages) checkMessage(message, prefix, file, features, report);
  for (const declared of file.enums) checkEnum(declared, prefix, features, report);
  for (const service of file.services) checkService(service, prefix, report);
  return problems;
}

function checkMessage(message: ProtoMessage, prefix: string, file: ProtoFile, outer: Features, report: Report): void {
  const features = inheritFeatures(outer, message.features);
  const where = `message ${prefix}${message.name}`;
  reportNameless([...message.fields, ...message.oneofs, ...message.messages, ...message.enums], where, report);
  for (const field of message.fields) checkField(field, where, report);
  reportSameNames(message.fields, `${where} has two fields`, report);
  reportDuplicates(
    message.fields,
    ({ number }) => number,
    (first, { name, number }) => `${where} gives number ${number} to "${name}" and to "${first.name}"${at(first)}`,
    report,
  );
  // Where JSON came after the language, clashes are sorted out. Compiled files give every field a json_name.
  const mayClash = features.jsonFormat === 'LEGACY_BEST_EFFORT';
  if (!mayClash || !file.compiled) {
    const named = mayClash ? message.fields.filter((field) => field.jsonName !== undefined) : message.fields;
    reportDuplicates(
      named,
      jsonName,
      (first, field) =>
        `${where} has two fields with the JSON name "${jsonName(field)}", "${field.name}" and "${first.name}"${at(first)}; give one a json_name`,
      report,
    );
  }
  reportSameNames(message.oneofs, `${where} has two oneofs`, report);
  for (const oneof of message.oneofs) {
    if (!message.fields.some((field) => field.oneof === oneof.name)) {
      report(oneof, `oneof ${oneof.name} of ${where} has no fields; protobuf asks for one at least`);
    }
  }
  for (const nested of message.messages) checkMessage(nested, `${prefix}${message.name}.`, file, features, report);
  for (const nested of message.enums) checkEnum(nested, `${prefix}${message.name}.`, features, report);
}

function checkField(field: ProtoField, where: string, report: Report): void {
  const { name, number, mapKey } = field;
  if (number < 1 || number > maxFieldNumber) {
    report(field, `field ${name} of ${where} has number ${number}, expected 1 to ${maxFieldNumber}`);
  } else if (number >= reservedForProtobuf.from && number <= reservedForProtobuf.to) {
    const { from, to } = reservedForProtobuf;
    report(field, `field ${name} of ${where} has number ${number}; ${from} to ${to} are reserved for protobuf itself`);
  }
  if (mapKey !== undefined && !mapKeyTypes.has(mapKey)) {
    report(field, `map ${name} of ${where} has keys of type ${mapKey}, expected an integer type, bool or string`);
  }
}

function checkEnum(declared: ProtoEnum, prefix: string, outer: Features, report: Report): void {
  const { enumType } = inheritFeatures(outer, declared.features);
  const where = `enum ${prefix}${declared.name}`;
  const [zero] = declared.values;
  if (zero === undefined) report(declared, `${where} has no values; protobuf asks for one at least`);
  else if (zero.number !== 0 && enumType === 'OPEN') {
    report(zero, `the first value of ${where} is ${zero.name} = ${zero.number}, expected the number 0`);
  }
  for (const value of declared.values) {
    if (value.number === (value.number | 0)) continue;
    report(value, `value ${value.name} of ${where} has number ${value.number}, expected a 32-bit integer`);
  }
  reportNameless(declared.values, where, report);
  reportSameNames(declared.values, `${where} has two values`, report);
  if (declared.allowAlias) return;
  reportDuplicates(
    declared.values,
    ({ number }) => number,
    (first, { name, number }) =>
      `${where} gives number ${number} to "${name}" and to "${first.name}"${at(first)}; if that is meant, set option allow_alias = true`,
    report,
  );
}

function checkService(service: ProtoService, prefix: string, report: Report): void {
  const where = `service ${prefix}${service.name}`;
  reportNameless(service.methods, where, report);
  reportSameNames(service.methods, `${where} has two methods`, report);
}

/** Reports what only a compiled file can lack. */
function reportNameless(declarations: readonly ProtoDeclaration[], where: string, report: Report): void {
  for (const declaration of declarations) {
    if (declaration.name === '') report(declaration, `something in ${where} has no name`);
  }
}

function reportSameNames(declarations: readonly ProtoDeclaration[], what: string, report: Report): void {
  const seen = new Map<string, ProtoDeclaration>();
  for (const declaration of declarations) {
    const first = seen.get(declaration.name);
    if (first === undefined) seen.set(declaration.name, declaration);
    else report(declaration, `${what} named "${declaration.name}"${at(first)}`);
  }
}

/** Reports declarations that share a key, but not their names: that is reported already. */
function reportDuplicates<T extends ProtoDeclaration>(
  declarations: readonly T[],
  key: (declaration: T) => string | number,
  describe: (first: T, second: T) => string,
  report: Report,
): void {
  if (declarations.length < 2) return;
  const seen = new Map<string | number, T>();
  for (const declaration of declarations) {
    const value = key(declaration);
    const first = seen.get(value);
    if (first === undefined) seen.set(value, declaration);
    else if (first.name !== declaration.name) report(declaration, describe(first, declaration));
  }
}

function jsonName(field: ProtoField): string {
  return field.jsonName ?? deriveJsonName(field.name);
}

function at(first: ProtoDeclaration): string {
  return first.line === undefined ? '' : ` (line ${first.line})`;
}
