import { chooseFeature, type FeatureChoices, type FeatureName, noChoices, type ProtoSyntax } from '../../features.ts';
import { cleanComment } from '../../parsing/clean-comment.ts';
import type {
  ProtoDeclaration,
  ProtoEnum,
  ProtoExtension,
  ProtoField,
  ProtoFile,
  ProtoMessage,
  ProtoService,
} from '../../proto-file.ts';

import {
  type DescriptorOfEnum,
  type DescriptorOfField,
  type DescriptorOfMessage,
  type DescriptorOfService,
  type DescriptorOptions,
  editions,
  type FileDescriptor,
  idempotencyLevels,
  labels,
  numbers as at,
  type SourceLocation,
  typeNames,
} from './file-descriptor.ts';

/** Says where a declaration is, by its path. */
interface Context {
  readonly locations: ReadonlyMap<string, SourceLocation>;
  readonly extensions: ProtoExtension[];
}

/**
 * Brings a compiled file into the shape that parsing its source gives: map entries become maps, the synthetic oneofs of
 * proto3 `optional` disappear, comments and lines (where `SourceCodeInfo` has them) move to their declarations.
 */
export function readFileDescriptor(descriptor: FileDescriptor): ProtoFile {
  const { name = '(unnamed file)', package: packageName = '', options } = descriptor;
  const syntax = readSyntax(descriptor);
  const context: Context = { locations: indexLocations(descriptor), extensions: [] };
  readExtensions(descriptor.extension, '', `${at.file.extension}`, context);
  return {
    name,
    compiled: true,
    package: packageName,
    syntax: syntax ?? 'proto3',
    unknownSyntax: syntax === undefined ? `${descriptor.edition ?? descriptor.syntax}` : undefined,
    features: readFeatures(options),
    imports: descriptor.dependency.map((path, index) => ({
      path,
      public: descriptor.publicDependency.includes(index),
      line: lineOf(context.locations.get(`${at.file.dependency},${index}`)),
    })),
    messages: descriptor.messageType.map((message, index) =>
      readMessage(message, '', `${at.file.messageType},${index}`, context),
    ),
    enums: descriptor.enumType.map((declared, index) => readEnum(declared, `${at.file.enumType},${index}`, context)),
    services: descriptor.service.map((service, index) => readService(service, `${at.file.service},${index}`, context)),
    extensions: context.extensions,
  };
}

/** Undefined for one that is not understood. */
function readSyntax({ syntax = 'proto2', edition }: FileDescriptor): ProtoSyntax | undefined {
  if (syntax === 'proto2' || syntax === 'proto3') return syntax;
  if (syntax !== 'editions') return undefined;
  return edition === editions['2023'] ? '2023' : edition === editions['2024'] ? '2024' : undefined;
}

/** `outer` is the path of the message around it, in names. */
function readMessage(message: DescriptorOfMessage, outer: string, path: string, context: Context): ProtoMessage {
  const mapEntries = new Map(message.nestedType.filter(isMapEntry).map((entry) => [entry.name ?? '', entry]));
  const synthetic = new Set(message.field.filter((field) => field.proto3Optional).map((field) => field.oneofIndex));
  const { name = '' } = message;
  const scope = outer === '' ? name : `${outer}.${name}`;
  readExtensions(message.extension, scope, `${path},${at.message.extension}`, context);
  return {
    ...declare(message, path, context),
    features: readFeatures(message.options),
    fields: message.field.map((field, index) =>
      readField(field, message, mapEntries, `${path},${at.message.field},${index}`, context),
    ),
    oneofs: message.oneofDecl.flatMap((oneof, index) => {
      if (synthetic.has(index)) return [];
      const features = readFeatures(oneof.options);
      return [{ ...declare(oneof, `${path},${at.message.oneofDecl},${index}`, context), features }];
    }),
    messages: message.nestedType.flatMap((nested, index) =>
      isMapEntry(nested) ? [] : [readMessage(nested, scope, `${path},${at.message.nestedType},${index}`, context)],
    ),
    enums: message.enumType.map((nested, index) =>
      readEnum(nested, `${path},${at.message.enumType},${index}`, context),
    ),
    extensionRange:
      message.extensionRange.length > 0
        ? { line: lineOf(context.locations.get(`${path},${at.message.extensionRange}`)) }
        : undefined,
    messageSet: message.options?.messageSetWireFormat === true,
  };
}

function isMapEntry({ options }: DescriptorOfMessage): boolean {
  return options?.mapEntry === true;
}

function readField(
  field: DescriptorOfField,
  message: DescriptorOfMessage,
  mapEntries: ReadonlyMap<string, DescriptorOfMessage>,
  path: string,
  context: Context,
): ProtoField {
  const { name = '', number = 0, options, proto3Optional = false } = field;
  const repeated = field.label === labels.repeated;
  const entry = repeated ? mapEntries.get(field.typeName?.slice(field.typeName.lastIndexOf('.') + 1) ?? '') : undefined;
  const [key, value] = entry?.field ?? [];
  const inOneof = field.oneofIndex !== undefined && !proto3Optional;
  const location = context.locations.get(path);
  // Spelled out: most of a schema is fields, and V8 is slow in adding to an object that was spread.
  return {
    name,
    line: lineOf(location),
    comment: commentOf(location),
    deprecated: options?.deprecated === true,
    number,
    type: typeOf(value ?? field),
    cardinality: entry !== undefined ? 'map' : repeated ? 'repeated' : 'singular',
    mapKey: key === undefined ? undefined : typeOf(key),
    oneof: inOneof ? message.oneofDecl[field.oneofIndex!]?.name : undefined,
    features: readChoicesOfField(field),
    proto3Optional,
    group: typeNames[field.type ?? 0] === 'group',
    jsonName: field.jsonName,
  };
}

/** The choices of a field: those of editions, and what says the same in proto2 and proto3. */
function readChoicesOfField({ options, label, proto3Optional, type }: DescriptorOfField): FeatureChoices {
  let choices = readFeatures(options);
  if (label === labels.required) choices = { ...choices, fieldPresence: 'LEGACY_REQUIRED' };
  else if (proto3Optional) choices = { ...choices, fieldPresence: 'EXPLICIT' };
  if (options?.packed !== undefined) {
    choices = { ...choices, repeatedFieldEncoding: options.packed ? 'PACKED' : 'EXPANDED' };
  }
  if (typeNames[type ?? 0] === 'group') choices = { ...choices, messageEncoding: 'DELIMITED' };
  return choices;
}

function typeOf({ type, typeName }: DescriptorOfField): string {
  return typeName ?? typeNames[type ?? 0] ?? `(type ${type})`;
}

function readEnum(declared: DescriptorOfEnum, path: string, context: Context): ProtoEnum {
  return {
    ...declare(declared, path, context),
    features: readFeatures(declared.options),
    allowAlias: declared.options?.allowAlias === true,
    values: declared.value.map((value, index) => ({
      ...declare(value, `${path},${at.enum.value},${index}`, context),
      number: value.number ?? 0,
    })),
  };
}

function readService(service: DescriptorOfService, path: string, context: Context): ProtoService {
  return {
    ...declare(service, path, context),
    methods: service.method.map((method, index) => ({
      ...declare(method, `${path},${at.service.method},${index}`, context),
      input: method.inputType ?? '',
      output: method.outputType ?? '',
      clientStreaming: method.clientStreaming === true,
      serverStreaming: method.serverStreaming === true,
      idempotency: idempotencyLevels[method.options?.idempotencyLevel ?? 0] ?? 'unknown',
    })),
  };
}

function readExtensions(extensions: readonly DescriptorOfField[], scope: string, path: string, context: Context): void {
  for (const [index, { extendee = '' }] of extensions.entries()) {
    context.extensions.push({ extendee, scope, line: lineOf(context.locations.get(`${path},${index}`)) });
  }
}

/** A choice with a number that is not known is that of a later edition, and left out. */
function readFeatures(options: DescriptorOptions | undefined): FeatureChoices {
  if (options?.features === undefined) return noChoices;
  let choices = noChoices;
  for (const [name, number] of Object.entries(options.features)) {
    choices = { ...choices, ...chooseFeature(name as FeatureName, number) };
  }
  return choices;
}

function declare(
  { name = '', options }: { readonly name?: string; readonly options?: DescriptorOptions },
  path: string,
  { locations }: Context,
): ProtoDeclaration {
  const location = locations.get(path);
  return { name, line: lineOf(location), comment: commentOf(location), deprecated: options?.deprecated === true };
}

function commentOf(location: SourceLocation | undefined): string {
  if (location === undefined) return '';
  return cleanComment(location.leadingComments ?? '') || cleanComment(location.trailingComments ?? '');
}

function lineOf(location: SourceLocation | undefined): number | undefined {
  const line = location?.span[0];
  return line === undefined ? undefined : line + 1;
}

function indexLocations({ sourceCodeInfo }: FileDescriptor): Map<string, SourceLocation> {
  return new Map(sourceCodeInfo?.location.map((location) => [location.path.join(), location]));
}
