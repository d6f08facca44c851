import { createTypeResolver } from '../../linking/resolve-type.ts';
import { declareTypes } from '../../linking/declare-types.ts';
import { assignJsonNames } from '../../linking/json-names.ts';
import { type FeatureChoices, type FeatureName, featureValues } from '../../features.ts';
import type {
  ProtoDeclaration,
  ProtoEnum,
  ProtoField,
  ProtoFile,
  ProtoMessage,
  ProtoService,
} from '../../proto-file.ts';

import {
  type DescriptorOfEnum,
  type DescriptorOfField,
  type DescriptorOfMessage,
  type DescriptorOfMethod,
  type DescriptorOfService,
  type DescriptorOptions,
  editions,
  encodeDescriptorSet,
  type FileDescriptor,
  idempotencyLevels,
  labels,
  numbers as at,
  type SourceLocation,
  typeNames,
} from './file-descriptor.ts';

/** What a declaration asks about other files, and where its comment goes. */
interface Context {
  readonly file: ProtoFile;
  /** A type's full name with a leading dot, and what it is. */
  readonly resolve: (reference: string, scope: string) => { name: string; kind: 'message' | 'enum' };
  readonly locations: SourceLocation[];
}

/**
 * Compiles parsed files into a `FileDescriptorSet` as protoc does: to be read again by `readFileDescriptor`, which needs a
 * fraction of the time that parsing takes, or by anybody else. Of the options it holds those that the registry knows; of
 * `SourceCodeInfo` the comments; of extensions none. Each file stands behind those that it imports, which others count on.
 * @param files What links without a problem; names and imports become those of the set
 */
export function writeDescriptorSet(files: readonly ProtoFile[]): Uint8Array {
  const types = declareTypes(files, () => {});
  const find = createTypeResolver(new Map(files.map((file) => [file.name, file])), types);
  return encodeDescriptorSet(
    inOrderOfImports(files).map((file) => {
      const resolve: Context['resolve'] = (reference, scope) => {
        const { found } = find(reference, scope, file);
        if (found === undefined) throw new Error(`${file.name} does not link: there is no ${reference}`);
        return { name: `.${found.fullName}`, kind: found.kind };
      };
      return writeFile({ file, resolve, locations: [] });
    }),
  );
}

function inOrderOfImports(files: readonly ProtoFile[]): readonly ProtoFile[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const ordered = new Set<ProtoFile>();
  const visited = new Set<ProtoFile>();
  const visit = (file: ProtoFile | undefined) => {
    if (file === undefined || visited.has(file)) return;
    visited.add(file);
    for (const { path } of file.imports) visit(byName.get(path));
    ordered.add(file);
  };
  files.forEach(visit);
  return [...ordered];
}

/** The same, as one `FileDescriptorProto` for each file: what server reflection answers with. */
export function writeFileDescriptors(files: readonly ProtoFile[]): readonly Uint8Array[] {
  const set = Buffer.from(writeDescriptorSet(files));
  const descriptors: Uint8Array[] = [];
  // A set is nothing but files, each behind the tag of its one field and a length.
  for (let at = 0; at < set.length; ) {
    let length = 0;
    let shift = 0;
    do {
      at += 1;
      length |= (set[at]! & 0x7f) << shift;
      shift += 7;
    } while (set[at]! >= 0x80);
    descriptors.push(set.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return descriptors;
}

function writeFile(context: Context): FileDescriptor {
  const { file, locations } = context;
  const { name, syntax, imports } = file;
  const isEdition = syntax !== 'proto2' && syntax !== 'proto3';
  return {
    name,
    ...(file.package !== '' && { package: file.package }),
    ...(syntax !== 'proto2' && { syntax: isEdition ? 'editions' : syntax }),
    ...(isEdition && { edition: editions[syntax] }),
    dependency: imports.map(({ path }) => path),
    publicDependency: imports.flatMap((imported, index) => (imported.public ? [index] : [])),
    messageType: file.messages.map((message, index) =>
      writeMessage(message, file.package, [at.file.messageType, index], context),
    ),
    enumType: file.enums.map((declared, index) => writeEnum(declared, [at.file.enumType, index], context)),
    service: file.services.map((service, index) => writeService(service, [at.file.service, index], context)),
    extension: [],
    ...options({ features: featureNumbers(file.features) }),
    sourceCodeInfo: { location: locations },
  };
}

type Path = readonly number[];

function writeMessage(message: ProtoMessage, outer: string, path: Path, context: Context): DescriptorOfMessage {
  const { name, fields, oneofs, messages, enums } = message;
  const fullName = outer === '' ? name : `${outer}.${name}`;
  note(message, path, context);
  const optional = fields.filter((field) => field.proto3Optional);
  const oneofNames = [...oneofs.map((oneof) => oneof.name), ...optional.map((field) => `_${field.name}`)];
  const jsonNames = assignJsonNames(fields);
  return {
    name,
    field: fields.map((field, index) => {
      note(field, [...path, at.message.field, index], context);
      const oneof = field.proto3Optional ? `_${field.name}` : field.oneof;
      const oneofIndex = oneof === undefined ? undefined : oneofNames.indexOf(oneof);
      return writeField(field, fullName, jsonNames[index]!, oneofIndex, context);
    }),
    nestedType: [
      ...messages.map((nested, index) =>
        writeMessage(nested, fullName, [...path, at.message.nestedType, index], context),
      ),
      ...fields.filter((field) => field.cardinality === 'map').map((field) => writeMapEntry(field, fullName, context)),
    ],
    enumType: enums.map((nested, index) => writeEnum(nested, [...path, at.message.enumType, index], context)),
    oneofDecl: oneofNames.map((oneofName, index) => {
      const oneof = oneofs[index];
      if (oneof === undefined) return { name: oneofName };
      note(oneof, [...path, at.message.oneofDecl, index], context);
      return { name: oneofName, ...options({ features: featureNumbers(oneof.features) }) };
    }),
    extension: [],
    extensionRange: message.extensionRange === undefined ? [] : [{ start: 1, end: 2 ** 29 }],
    ...options({
      deprecated: message.deprecated,
      messageSetWireFormat: message.messageSet,
      features: featureNumbers(message.features),
    }),
  };
}

function writeField(
  field: ProtoField,
  scope: string,
  jsonName: string,
  oneofIndex: number | undefined,
  context: Context,
): DescriptorOfField {
  const { name, number, cardinality, features, proto3Optional, group } = field;
  const { repeatedFieldEncoding, fieldPresence, messageEncoding, ...others } = features;
  const isEdition = context.file.syntax.startsWith('2');
  const required = fieldPresence === 'LEGACY_REQUIRED' && !isEdition;
  return {
    name,
    number,
    label: cardinality !== 'singular' ? labels.repeated : required ? labels.required : labels.optional,
    ...(cardinality === 'map'
      ? { type: typeNames.indexOf('message'), typeName: `.${scope}.${entryName(field)}` }
      : typeOf(field.type, group, scope, context)),
    ...(oneofIndex !== undefined && { oneofIndex }),
    jsonName,
    ...(proto3Optional && { proto3Optional }),
    ...options({
      deprecated: field.deprecated,
      packed: isEdition || repeatedFieldEncoding === undefined ? undefined : repeatedFieldEncoding === 'PACKED',
      features: isEdition ? featureNumbers(features) : featureNumbers(others),
    }),
  };
}

function typeOf(
  type: string,
  group: boolean,
  scope: string,
  { resolve }: Context,
): Pick<DescriptorOfField, 'type' | 'typeName'> {
  const scalar = typeNames.indexOf(type);
  if (scalar > 0 && type !== 'group' && type !== 'message' && type !== 'enum') return { type: scalar };
  const { name, kind } = resolve(type, scope);
  return { type: typeNames.indexOf(group ? 'group' : kind), typeName: name };
}

/** The message that a map is a list of. */
function writeMapEntry(field: ProtoField, scope: string, context: Context): DescriptorOfMessage {
  const side = (name: string, number: number, type: string): DescriptorOfField => ({
    name,
    number,
    label: labels.optional,
    ...typeOf(type, false, scope, context),
    jsonName: name,
  });
  return {
    name: entryName(field),
    field: [side('key', 1, field.mapKey!), side('value', 2, field.type)],
    nestedType: [],
    enumType: [],
    oneofDecl: [],
    extension: [],
    extensionRange: [],
    options: { mapEntry: true },
  };
}

/** As protoc calls it: `SomeMapEntry` for `some_map`. */
function entryName({ name }: ProtoField): string {
  return `${name.replace(/(?:^|_)([a-z])?/g, (_, letter: string = '') => letter.toUpperCase())}Entry`;
}

function writeEnum(declared: ProtoEnum, path: Path, context: Context): DescriptorOfEnum {
  note(declared, path, context);
  return {
    name: declared.name,
    value: declared.values.map((value, index) => {
      note(value, [...path, at.enum.value, index], context);
      return { name: value.name, number: value.number, ...options({ deprecated: value.deprecated }) };
    }),
    ...options({
      allowAlias: declared.allowAlias,
      deprecated: declared.deprecated,
      features: featureNumbers(declared.features),
    }),
  };
}

function writeService(service: ProtoService, path: Path, context: Context): DescriptorOfService {
  note(service, path, context);
  const scope = context.file.package === '' ? service.name : `${context.file.package}.${service.name}`;
  return {
    name: service.name,
    method: service.methods.map((method, index): DescriptorOfMethod => {
      note(method, [...path, at.service.method, index], context);
      const level = idempotencyLevels.indexOf(method.idempotency);
      return {
        name: method.name,
        inputType: context.resolve(method.input, scope).name,
        outputType: context.resolve(method.output, scope).name,
        ...(method.clientStreaming && { clientStreaming: true }),
        ...(method.serverStreaming && { serverStreaming: true }),
        ...options({ deprecated: method.deprecated, idempotencyLevel: level === 0 ? undefined : level }),
      };
    }),
    ...options({ deprecated: service.deprecated }),
  };
}

/** Keeps a comment, in the form in which compilers report it: as it stood behind the slashes. */
function note({ comment, line = 1 }: ProtoDeclaration, path: Path, { locations }: Context): void {
  if (comment === '') return;
  const leadingComments = comment.replace(/^(?=.)/gm, ' ');
  locations.push({ path, span: [line - 1, 0, 0], leadingComments });
}

/** The options of a declaration; nothing where there are none. */
function options(values: { readonly [Name in keyof DescriptorOptions]: DescriptorOptions[Name] | undefined }): {
  options?: DescriptorOptions;
} {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== false);
  // `packed = false` says something in proto3.
  if (values.packed === false) set.push(['packed', false]);
  return set.length === 0 ? {} : { options: Object.fromEntries(set) };
}

function featureNumbers(choices: FeatureChoices): DescriptorOptions['features'] | undefined {
  const entries = Object.entries(choices).map(([name, value]) => {
    const values: readonly string[] = featureValues[name as FeatureName];
    return [name, values.indexOf(value) + 1] as const;
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
