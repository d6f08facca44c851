import { checkProtoFile } from './check-proto-file.ts';
import {
  type DeclaredType,
  declaredTwice,
  declareTypes,
  describe,
  isWellKnown,
  packagePrefix,
} from './declare-types.ts';
import { deriveJsonName } from './derive-json-name.ts';
import type {
  EnumDescriptor,
  FieldDescriptor,
  FieldType,
  MapKeyType,
  MessageDescriptor,
  MethodDescriptor,
  OneofDescriptor,
  Registry,
  ScalarType,
  ServiceDescriptor,
} from '../descriptors.ts';
import type { ProtoField, ProtoFile, ProtoMethod, ProtoService } from '../proto-file.ts';
import { RegistryError, type RegistryProblem } from '../registry-error.ts';
import { createTypeResolver, type Declared, type Resolved } from './resolve-type.ts';

const scalarTypes: ReadonlySet<string> = new Set<ScalarType>([
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
]);

interface Linking {
  readonly resolve: (reference: string, scope: string, file: ProtoFile) => Resolved<DeclaredType>;
  readonly report: (file: ProtoFile, line: number | undefined, message: string) => void;
}

/**
 * Turns files into the registry: names become links, everything is checked, sorted by full name and frozen. The only place
 * where this happens, so every source yields the same registry.
 *
 * Types of the package `google.protobuf` are included when something outside of it needs them, and without their comments,
 * because which of them come along, and how they are documented, depends on the source.
 *
 * @param earlier Problems that the source found already; they are thrown together with those found here.
 * @throws {RegistryError} with every problem of every file
 */
export function linkRegistry(files: readonly ProtoFile[], earlier: readonly RegistryProblem[] = []): Registry {
  const problems = [...earlier, ...files.flatMap(checkProtoFile)];
  const report: Linking['report'] = (file, line, message) => void problems.push({ file: file.name, line, message });
  const types = declareTypes(files, report);
  const resolve = createTypeResolver(new Map(files.map((file) => [file.name, file])), types);
  const linking: Linking = { resolve, report };

  for (const type of types.values()) if (type.kind === 'message') linkMessage(type, linking);
  const services = linkServices(files, types, linking);
  if (problems.length > 0) throw new RegistryError(problems);

  const needed = selectNeeded([...types.values()], services);
  const byName = services.toSorted(byFullName);
  const methods = byName.flatMap((service) => service.methods).toSorted(byFullName);
  return Object.freeze({
    services: Object.freeze(byName),
    methods: freezeMap(methods),
    messages: freezeMap([...needed].filter((type) => type.kind === 'message').toSorted(byFullName)),
    enums: freezeMap([...needed].filter((type) => type.kind === 'enum').toSorted(byFullName)),
  });
}

function linkMessage({ proto, file, descriptor }: DeclaredType & { kind: 'message' }, linking: Linking): void {
  const members = new Map(proto.oneofs.map(({ name }): [string, FieldDescriptor[]] => [name, []]));
  const oneofs = new Map(
    proto.oneofs.map((oneof): [string, OneofDescriptor] => {
      const { name } = oneof;
      const { comment } = describe(oneof, file);
      return [
        name,
        { kind: 'oneof', name, fullName: `${descriptor.fullName}.${name}`, fields: members.get(name)!, comment },
      ];
    }),
  );
  const fields: FieldDescriptor[] = [];
  for (const field of proto.fields) {
    const type = linkFieldType(field, descriptor.fullName, file, linking);
    if (type === undefined) continue;
    const oneof = field.oneof === undefined ? undefined : oneofs.get(field.oneof);
    const linked = linkField(field, type, descriptor, oneof, fields.length, file);
    fields.push(linked);
    if (oneof !== undefined) members.get(oneof.name)!.push(linked);
  }
  for (const oneof of oneofs.values()) {
    Object.freeze(oneof.fields);
    Object.freeze(oneof);
  }
  descriptor.fields = Object.freeze(fields);
  descriptor.oneofs = Object.freeze([...oneofs.values()]);
  Object.freeze(descriptor);
}

function linkField(
  field: ProtoField,
  type: FieldType,
  parent: MessageDescriptor,
  oneof: OneofDescriptor | undefined,
  index: number,
  file: ProtoFile,
): FieldDescriptor {
  const { name, number, cardinality } = field;
  const { comment, deprecated } = describe(field, file);
  const tracked = type.kind === 'message' || oneof !== undefined;
  return Object.freeze({
    kind: 'field',
    name,
    jsonName: field.jsonName ?? deriveJsonName(name),
    number,
    parent,
    index,
    type,
    cardinality,
    mapKey: field.mapKey as MapKeyType | undefined,
    presence: cardinality !== 'singular' ? 'implicit' : tracked ? 'explicit' : (field.presence ?? file.presence),
    oneof,
    comment,
    deprecated,
  });
}

function linkFieldType(field: ProtoField, scope: string, file: ProtoFile, linking: Linking): FieldType | undefined {
  if (scalarTypes.has(field.type)) return Object.freeze({ kind: 'scalar', scalar: field.type as ScalarType });
  const resolved = linking.resolve(field.type, scope, file);
  if (resolved.found === undefined) {
    reportUnknown(field.type, `of field ${scope}.${field.name}`, resolved.reason, file, field.line, linking);
    return undefined;
  }
  const { found } = resolved;
  return found.kind === 'enum'
    ? Object.freeze({ kind: 'enum', enum: found.descriptor })
    : Object.freeze({ kind: 'message', message: found.descriptor });
}

function linkServices(
  files: readonly ProtoFile[],
  types: ReadonlyMap<string, Declared>,
  linking: Linking,
): ServiceDescriptor[] {
  const declared = new Map<string, Declared>(types);
  const services: ServiceDescriptor[] = [];
  for (const file of files) {
    for (const proto of file.services) {
      const fullName = packagePrefix(file) + proto.name;
      const first = declared.get(fullName);
      if (first !== undefined) linking.report(file, proto.line, `service ${declaredTwice(fullName, first)}`);
      declared.set(fullName, { fullName, file, line: proto.line });
      services.push(linkService(proto, fullName, file, linking));
    }
  }
  return services;
}

function linkService(proto: ProtoService, fullName: string, file: ProtoFile, linking: Linking): ServiceDescriptor {
  const methods: MethodDescriptor[] = [];
  const { name } = proto;
  const service: ServiceDescriptor = {
    kind: 'service',
    name,
    fullName,
    package: file.package,
    methods,
    ...describe(proto, file),
  };
  for (const method of proto.methods) {
    const input = linkMethodType(method, 'input', service, file, linking);
    const output = linkMethodType(method, 'output', service, file, linking);
    if (input === undefined || output === undefined) continue;
    const { name, clientStreaming, serverStreaming, idempotency } = method;
    methods.push(
      Object.freeze({
        kind: 'method',
        name,
        fullName: `${fullName}/${name}`,
        service,
        input,
        output,
        clientStreaming,
        serverStreaming,
        idempotency,
        ...describe(method, file),
      }),
    );
  }
  Object.freeze(methods);
  return Object.freeze(service);
}

function linkMethodType(
  method: ProtoMethod,
  side: 'input' | 'output',
  service: ServiceDescriptor,
  file: ProtoFile,
  linking: Linking,
): MessageDescriptor | undefined {
  const resolved = linking.resolve(method[side], service.fullName, file);
  const where = `of the ${side === 'input' ? 'request' : 'response'} of method ${service.fullName}/${method.name}`;
  if (resolved.found?.kind === 'message') return resolved.found.descriptor;
  if (resolved.found === undefined) reportUnknown(method[side], where, resolved.reason, file, method.line, linking);
  else linking.report(file, method.line, `type "${method[side]}" ${where} is an enum, expected a message`);
  return undefined;
}

function reportUnknown(
  reference: string,
  where: string,
  reason: string | undefined,
  file: ProtoFile,
  line: number | undefined,
  { report }: Linking,
): void {
  if (reason !== undefined) report(file, line, `unknown type "${reference}" ${where}; ${reason}`);
}

/** All types outside of `google.protobuf`, and what they and the methods refer to. */
function selectNeeded(types: readonly DeclaredType[], services: readonly ServiceDescriptor[]) {
  const needed = new Set<MessageDescriptor | EnumDescriptor>();
  const need = (type: MessageDescriptor | EnumDescriptor): void => {
    if (needed.has(type)) return;
    needed.add(type);
    if (type.kind === 'enum') return;
    for (const field of type.fields) {
      if (field.type.kind === 'message') need(field.type.message);
      else if (field.type.kind === 'enum') need(field.type.enum);
    }
  };
  for (const { file, descriptor } of types) if (!isWellKnown(file)) need(descriptor);
  for (const service of services) {
    for (const { input, output } of service.methods) {
      need(input);
      need(output);
    }
  }
  return needed;
}

function byFullName(a: { fullName: string }, b: { fullName: string }): number {
  return a.fullName < b.fullName ? -1 : a.fullName > b.fullName ? 1 : 0;
}

/** `Object.freeze` alone leaves the entries of a map writable. */
function freezeMap<T extends { readonly fullName: string }>(values: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map(values.map((value) => [value.fullName, value]));
  const refuse = (): never => {
    throw new TypeError('the registry is frozen');
  };
  return Object.freeze(Object.assign(map, { set: refuse, delete: refuse, clear: refuse }));
}
