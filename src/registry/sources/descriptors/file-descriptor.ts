import type { FeatureName } from '../../features.ts';

import { decodeShape, encodeShape, type Message, shapeOf } from './shape.ts';

/**
 * The parts of a compiled file that a registry is made of, as plain objects: absent means not set.
 * Source: https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto
 */
export interface FileDescriptor {
  readonly name?: string;
  readonly package?: string;
  readonly syntax?: string;
  readonly edition?: number;
  readonly dependency: readonly string[];
  readonly publicDependency: readonly number[];
  readonly messageType: readonly DescriptorOfMessage[];
  readonly enumType: readonly DescriptorOfEnum[];
  readonly service: readonly DescriptorOfService[];
  readonly extension: readonly DescriptorOfField[];
  readonly options?: DescriptorOptions;
  readonly sourceCodeInfo?: { readonly location: readonly SourceLocation[] };
}

/** `DescriptorProto`. Map entries are nested messages here. */
export interface DescriptorOfMessage {
  readonly name?: string;
  readonly field: readonly DescriptorOfField[];
  readonly nestedType: readonly DescriptorOfMessage[];
  readonly enumType: readonly DescriptorOfEnum[];
  readonly oneofDecl: readonly { readonly name?: string; readonly options?: DescriptorOptions }[];
  readonly extension: readonly DescriptorOfField[];
  readonly extensionRange: readonly object[];
  readonly options?: DescriptorOptions;
}

/** `FieldDescriptorProto`. Numbers stand for the names of its enums. */
export interface DescriptorOfField {
  readonly name?: string;
  readonly number?: number;
  readonly label?: number;
  readonly type?: number;
  readonly typeName?: string;
  readonly extendee?: string;
  readonly oneofIndex?: number;
  readonly jsonName?: string;
  readonly proto3Optional?: boolean;
  readonly options?: DescriptorOptions;
}

/** `EnumDescriptorProto`. */
export interface DescriptorOfEnum {
  readonly name?: string;
  readonly value: readonly { readonly name?: string; readonly number?: number; readonly options?: DescriptorOptions }[];
  readonly options?: DescriptorOptions;
}

/** `ServiceDescriptorProto`. */
export interface DescriptorOfService {
  readonly name?: string;
  readonly method: readonly DescriptorOfMethod[];
  readonly options?: DescriptorOptions;
}

/** `MethodDescriptorProto`. Type names are absolute, with a leading dot. */
export interface DescriptorOfMethod {
  readonly name?: string;
  readonly inputType?: string;
  readonly outputType?: string;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
  readonly options?: DescriptorOptions;
}

/** The options that the registry reads, of whatever they are set on. */
export interface DescriptorOptions {
  readonly deprecated?: boolean;
  readonly mapEntry?: boolean;
  readonly messageSetWireFormat?: boolean;
  readonly allowAlias?: boolean;
  readonly packed?: boolean;
  readonly idempotencyLevel?: number;
  readonly features?: { readonly [Name in FeatureName]?: number };
}

/** `SourceCodeInfo.Location`: where a declaration stands in its source, and the comments around it. */
export interface SourceLocation {
  /** Field numbers and indexes that lead from the file to the declaration. */
  readonly path: readonly number[];
  /** Its first element is the line, from 0. */
  readonly span: readonly number[];
  readonly leadingComments?: string;
  readonly trailingComments?: string;
}

/** Field numbers of descriptor.proto, of which the paths of `SourceCodeInfo` are made as well. */
export const numbers = {
  file: { dependency: 3, messageType: 4, enumType: 5, service: 6, extension: 7 },
  message: { field: 2, nestedType: 3, enumType: 4, extensionRange: 5, extension: 6, oneofDecl: 8 },
  enum: { value: 2 },
  service: { method: 2 },
} as const;

/** Names of `FieldDescriptorProto.Type` by number. */
export const typeNames: readonly string[] = [
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

/** Values of `FieldDescriptorProto.Label`. */
export const labels = { optional: 1, required: 2, repeated: 3 } as const;

/** Values of `Edition`. */
export const editions = { '2023': 1000, '2024': 1001 } as const;

/** Values of `MethodOptions.IdempotencyLevel`, by number. */
export const idempotencyLevels = ['unknown', 'no-side-effects', 'idempotent'] as const;

const features = shapeOf({
  fieldPresence: [1, 'int32'],
  enumType: [2, 'int32'],
  repeatedFieldEncoding: [3, 'int32'],
  messageEncoding: [5, 'int32'],
  jsonFormat: [6, 'int32'],
} satisfies Record<FeatureName, [number, 'int32']>);

const fileOptions = shapeOf({ features: [50, () => features] });
const messageOptions = shapeOf({
  messageSetWireFormat: [1, 'bool'],
  deprecated: [3, 'bool'],
  mapEntry: [7, 'bool'],
  features: [12, () => features],
});
const fieldOptions = shapeOf({ packed: [2, 'bool'], deprecated: [3, 'bool'], features: [21, () => features] });
const oneofOptions = shapeOf({ features: [1, () => features] });
const enumOptions = shapeOf({ allowAlias: [2, 'bool'], deprecated: [3, 'bool'], features: [7, () => features] });
const enumValueOptions = shapeOf({ deprecated: [1, 'bool'] });
const serviceOptions = shapeOf({ deprecated: [33, 'bool'] });
const methodOptions = shapeOf({ deprecated: [33, 'bool'], idempotencyLevel: [34, 'int32'] });

const field = shapeOf({
  name: [1, 'string'],
  extendee: [2, 'string'],
  number: [3, 'int32'],
  label: [4, 'int32'],
  type: [5, 'int32'],
  typeName: [6, 'string'],
  options: [8, () => fieldOptions],
  oneofIndex: [9, 'int32'],
  jsonName: [10, 'string'],
  proto3Optional: [17, 'bool'],
});
const enumValue = shapeOf({ name: [1, 'string'], number: [2, 'int32'], options: [3, () => enumValueOptions] });
const enumType = shapeOf({
  name: [1, 'string'],
  value: [numbers.enum.value, () => enumValue, 'repeated'],
  options: [3, () => enumOptions],
});
const oneof = shapeOf({ name: [1, 'string'], options: [2, () => oneofOptions] });
const extensionRange = shapeOf({ start: [1, 'int32'], end: [2, 'int32'] });
const message = shapeOf({
  name: [1, 'string'],
  field: [numbers.message.field, () => field, 'repeated'],
  nestedType: [numbers.message.nestedType, () => message, 'repeated'],
  enumType: [numbers.message.enumType, () => enumType, 'repeated'],
  extensionRange: [numbers.message.extensionRange, () => extensionRange, 'repeated'],
  extension: [numbers.message.extension, () => field, 'repeated'],
  options: [7, () => messageOptions],
  oneofDecl: [numbers.message.oneofDecl, () => oneof, 'repeated'],
});
const method = shapeOf({
  name: [1, 'string'],
  inputType: [2, 'string'],
  outputType: [3, 'string'],
  options: [4, () => methodOptions],
  clientStreaming: [5, 'bool'],
  serverStreaming: [6, 'bool'],
});
const service = shapeOf({
  name: [1, 'string'],
  method: [numbers.service.method, () => method, 'repeated'],
  options: [3, () => serviceOptions],
});
const location = shapeOf({
  path: [1, 'int32', 'repeated'],
  span: [2, 'int32', 'repeated'],
  leadingComments: [3, 'string'],
  trailingComments: [4, 'string'],
});
const sourceCodeInfo = shapeOf({ location: [1, () => location, 'repeated'] });
const file = shapeOf({
  name: [1, 'string'],
  package: [2, 'string'],
  dependency: [numbers.file.dependency, 'string', 'repeated'],
  messageType: [numbers.file.messageType, () => message, 'repeated'],
  enumType: [numbers.file.enumType, () => enumType, 'repeated'],
  service: [numbers.file.service, () => service, 'repeated'],
  extension: [numbers.file.extension, () => field, 'repeated'],
  options: [8, () => fileOptions],
  sourceCodeInfo: [9, () => sourceCodeInfo],
  publicDependency: [10, 'int32', 'repeated'],
  syntax: [12, 'string'],
  edition: [14, 'int32'],
});
const fileSet = shapeOf({ file: [1, () => file, 'repeated'] });

/**
 * Decodes a `FileDescriptorSet`.
 * @throws {RangeError} when the bytes are no protobuf message
 */
export function decodeDescriptorSet(bytes: Uint8Array): readonly FileDescriptor[] {
  return (decodeShape(fileSet, bytes) as unknown as { file: readonly FileDescriptor[] }).file;
}

/**
 * Decodes a `FileDescriptorProto`.
 * @throws {RangeError} when the bytes are no protobuf message
 */
export function decodeFileDescriptor(bytes: Uint8Array): FileDescriptor {
  return decodeShape(file, bytes) as unknown as FileDescriptor;
}

/** Encodes a `FileDescriptorSet`. */
export function encodeDescriptorSet(files: readonly FileDescriptor[]): Uint8Array {
  return encodeShape(fileSet, { file: files } as Message);
}
