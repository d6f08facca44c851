import { createRequire } from 'node:module';

import protobuf from 'protobufjs';

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
  readonly name: string;
  readonly field: readonly DescriptorOfField[];
  readonly nestedType: readonly DescriptorOfMessage[];
  readonly enumType: readonly DescriptorOfEnum[];
  readonly oneofDecl: readonly { readonly name: string }[];
  readonly extension: readonly DescriptorOfField[];
  readonly extensionRange: readonly unknown[];
  readonly options?: DescriptorOptions;
}

/** `FieldDescriptorProto`. Numbers stand for the names of its enums. */
export interface DescriptorOfField {
  readonly name: string;
  readonly number: number;
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
  readonly name: string;
  readonly value: readonly { readonly name: string; readonly number?: number; readonly options?: DescriptorOptions }[];
  readonly options?: DescriptorOptions;
}

/** `ServiceDescriptorProto`. */
export interface DescriptorOfService {
  readonly name: string;
  readonly method: readonly DescriptorOfMethod[];
  readonly options?: DescriptorOptions;
}

/** `MethodDescriptorProto`. Type names are absolute, with a leading dot. */
export interface DescriptorOfMethod {
  readonly name: string;
  readonly inputType: string;
  readonly outputType: string;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
  readonly options?: DescriptorOptions;
}

/** The options that the registry reads, of whatever they are set on. */
export interface DescriptorOptions {
  readonly deprecated?: boolean;
  readonly mapEntry?: boolean;
  readonly allowAlias?: boolean;
  readonly idempotencyLevel?: number;
  readonly features?: { readonly fieldPresence?: number; readonly messageEncoding?: number };
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

/**
 * Decodes a `FileDescriptorSet`.
 * @throws {Error} when the bytes are no protobuf message
 */
export function decodeDescriptorSet(bytes: Uint8Array): readonly FileDescriptor[] {
  return (decode('FileDescriptorSet', bytes) as { file: readonly FileDescriptor[] }).file;
}

/**
 * Decodes a `FileDescriptorProto`.
 * @throws {Error} when the bytes are no protobuf message
 */
export function decodeFileDescriptor(bytes: Uint8Array): FileDescriptor {
  return decode('FileDescriptorProto', bytes) as FileDescriptor;
}

let root: protobuf.Root | undefined;

function decode(type: string, bytes: Uint8Array): unknown {
  root ??= protobuf.Root.fromJSON(createRequire(import.meta.url)('protobufjs/google/protobuf/descriptor.json'));
  const descriptor = root.lookupType(`google.protobuf.${type}`);
  return descriptor.toObject(descriptor.decode(bytes), { arrays: true, longs: Number });
}
