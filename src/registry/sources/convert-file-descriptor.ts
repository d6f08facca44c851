import { cleanComment } from '../parsing/clean-comment.ts';
import type {
  DescriptorOfEnum,
  DescriptorOfField,
  DescriptorOfMessage,
  DescriptorOfService,
  DescriptorOptions,
  FileDescriptor,
  SourceLocation,
} from './decode-descriptor.ts';
import {
  definesOptions,
  type ProtoDeclaration,
  type ProtoEnum,
  type ProtoField,
  type ProtoFile,
  type ProtoMessage,
  type ProtoService,
  type ProtoSyntax,
  type ProtoUnsupported,
} from '../proto-file.ts';
import type { RegistryProblem } from '../registry-error.ts';

/** Names of `FieldDescriptorProto.Type` by number. */
const typeNames: readonly string[] = [
  '',
  'double',
  'float',
  'int64',
  'uint64',
  'int32',
  'fixed64',
  'fixed32',
  'bool',
  'string',
  'group',
  'message',
  'bytes',
  'uint32',
  'enum',
  'sfixed32',
  'sfixed64',
  'sint32',
  'sint64',
];

/** Numbers of descriptor.proto that mean something here. */
const repeatedLabel = 3;
const groupType = 10;
const edition2023 = 1000;
const implicitPresence = 2;
const delimitedEncoding = 2;
const idempotencyLevels = ['unknown', 'no-side-effects', 'idempotent'] as const;

/** Field numbers of descriptor.proto, of which the paths of `SourceCodeInfo` are made. */
const at = {
  file: { dependency: 3, message: 4, enum: 5, service: 6, extension: 7 },
  message: { field: 2, message: 3, enum: 4, extensionRange: 5, extension: 6, oneof: 8 },
  enum: { value: 2 },
  service: { method: 2 },
};

/** Says where a declaration is, by its path. */
interface Context {
  readonly package: string;
  readonly locations: ReadonlyMap<string, SourceLocation>;
  readonly unsupported: ProtoUnsupported[];
}

/**
 * Brings a compiled file into the shape that parsing its source gives: map entries become maps, the synthetic oneofs of
 * proto3 `optional` disappear, comments and lines (where `SourceCodeInfo` has them) move to their declarations.
 */
export function convertFileDescriptor(descriptor: FileDescriptor): { file: ProtoFile; problems: RegistryProblem[] } {
  const { name = '(unnamed file)', package: packageName = '', options } = descriptor;
  const problems: RegistryProblem[] = [];
  const context: Context = { package: packageName, locations: indexLocations(descriptor), unsupported: [] };
  if (isDelimited(options))
    context.unsupported.push({ feature: 'delimited encoding', where: 'the file', line: undefined });
  const syntax = convertSyntax(descriptor);
  if (syntax === undefined) {
    const found = descriptor.edition ?? descriptor.syntax;
    problems.push({
      file: name,
      line: undefined,
      message: `found the syntax or edition ${found}, expected proto2, proto3 or 2023`,
    });
  }
  noteExtensions(descriptor.extension, [at.file.extension], context);
  const file: ProtoFile = {
    name,
    package: packageName,
    syntax: syntax ?? 'proto3',
    presence: convertPresence(options) ?? (syntax === 'proto3' ? 'implicit' : 'explicit'),
    imports: descriptor.dependency.map((path, index) => ({
      path,
      public: descriptor.publicDependency.includes(index),
      line: lineOf([at.file.dependency, index], context),
    })),
    messages: descriptor.messageType.map((message, index) =>
      convertMessage(message, [at.file.message, index], context),
    ),
    enums: descriptor.enumType.map((declared, index) => convertEnum(declared, [at.file.enum, index], context)),
    services: descriptor.service.map((service, index) => convertService(service, [at.file.service, index], context)),
    unsupported: context.unsupported,
  };
  return { file, problems };
}

function convertSyntax({ syntax = 'proto2', edition }: FileDescriptor): ProtoSyntax | undefined {
  if (syntax === 'proto2' || syntax === 'proto3') return syntax;
  return syntax === 'editions' && edition === edition2023 ? '2023' : undefined;
}

type Path = readonly number[];

function convertMessage(message: DescriptorOfMessage, path: Path, context: Context): ProtoMessage {
  const mapEntries = new Map(message.nestedType.filter(isMapEntry).map((entry) => [entry.name, entry]));
  const synthetic = new Set(message.field.filter((field) => field.proto3Optional).map((field) => field.oneofIndex));
  const fields = message.field.map((field, index) =>
    convertField(field, message, mapEntries, [...path, at.message.field, index], context),
  );
  noteExtensions(message.extension, [...path, at.message.extension], context);
  if (message.extensionRange.length > 0 && context.package !== 'google.protobuf') {
    const line = lineOf([...path, at.message.extensionRange], context);
    context.unsupported.push({ feature: 'extension range', where: `message ${message.name}`, line });
  }
  return {
    ...declare(message, path, context),
    fields,
    oneofs: message.oneofDecl.flatMap((oneof, index) =>
      synthetic.has(index) ? [] : [declare(oneof, [...path, at.message.oneof, index], context)],
    ),
    messages: message.nestedType.flatMap((nested, index) =>
      isMapEntry(nested) ? [] : [convertMessage(nested, [...path, at.message.message, index], context)],
    ),
    enums: message.enumType.map((nested, index) => convertEnum(nested, [...path, at.message.enum, index], context)),
  };
}

function isMapEntry({ options }: DescriptorOfMessage): boolean {
  return options?.mapEntry === true;
}

function convertField(
  field: DescriptorOfField,
  message: DescriptorOfMessage,
  mapEntries: ReadonlyMap<string, DescriptorOfMessage>,
  path: Path,
  context: Context,
): ProtoField {
  const declaration = declare(field, path, context);
  const { line } = declaration;
  if (field.type === groupType) {
    context.unsupported.push({ feature: 'group', where: `message ${message.name}`, line });
  } else if (isDelimited(field.options)) {
    context.unsupported.push({ feature: 'delimited encoding', where: `field ${message.name}.${field.name}`, line });
  }
  const repeated = field.label === repeatedLabel;
  const entry = repeated ? mapEntries.get(field.typeName?.slice(field.typeName.lastIndexOf('.') + 1) ?? '') : undefined;
  const [key, value] = entry?.field ?? [];
  const inOneof = field.oneofIndex !== undefined && !field.proto3Optional;
  return {
    ...declaration,
    number: field.number,
    type: typeOf(value ?? field),
    cardinality: entry !== undefined ? 'map' : repeated ? 'repeated' : 'singular',
    mapKey: key === undefined ? undefined : typeOf(key),
    oneof: inOneof ? message.oneofDecl[field.oneofIndex!]?.name : undefined,
    presence: field.proto3Optional ? 'explicit' : convertPresence(field.options),
    jsonName: field.jsonName,
  };
}

function typeOf({ type, typeName }: DescriptorOfField): string {
  return typeName ?? typeNames[type ?? 0] ?? `(type ${type})`;
}

function convertEnum(declared: DescriptorOfEnum, path: Path, context: Context): ProtoEnum {
  return {
    ...declare(declared, path, context),
    allowAlias: declared.options?.allowAlias === true,
    values: declared.value.map((value, index) => ({
      ...declare(value, [...path, at.enum.value, index], context),
      number: value.number ?? 0,
    })),
  };
}

function convertService(service: DescriptorOfService, path: Path, context: Context): ProtoService {
  return {
    ...declare(service, path, context),
    methods: service.method.map((method, index) => ({
      ...declare(method, [...path, at.service.method, index], context),
      input: method.inputType,
      output: method.outputType,
      clientStreaming: method.clientStreaming === true,
      serverStreaming: method.serverStreaming === true,
      idempotency: idempotencyLevels[method.options?.idempotencyLevel ?? 0] ?? 'unknown',
    })),
  };
}

function noteExtensions(extensions: readonly DescriptorOfField[], path: Path, context: Context): void {
  for (const [index, { extendee = '' }] of extensions.entries()) {
    if (definesOptions(extendee)) continue;
    const where = `message ${extendee.replace(/^\./, '')}`;
    context.unsupported.push({ feature: 'extension', where, line: lineOf([...path, index], context) });
  }
}

function convertPresence(options: DescriptorOptions | undefined): 'implicit' | 'explicit' | undefined {
  const presence = options?.features?.fieldPresence;
  return presence === undefined ? undefined : presence === implicitPresence ? 'implicit' : 'explicit';
}

function isDelimited(options: DescriptorOptions | undefined): boolean {
  return options?.features?.messageEncoding === delimitedEncoding;
}

function declare(
  { name, options }: { readonly name: string; readonly options?: DescriptorOptions },
  path: Path,
  context: Context,
): ProtoDeclaration {
  const location = context.locations.get(path.join());
  const comment = cleanComment(location?.leadingComments ?? '') || cleanComment(location?.trailingComments ?? '');
  return { name, line: lineOf(path, context), comment, deprecated: options?.deprecated === true };
}

function lineOf(path: Path, { locations }: Context): number | undefined {
  const line = locations.get(path.join())?.span[0];
  return line === undefined ? undefined : line + 1;
}

function indexLocations({ sourceCodeInfo }: FileDescriptor): Map<string, SourceLocation> {
  return new Map(sourceCodeInfo?.location.map((location) => [location.path.join(), location]));
}
