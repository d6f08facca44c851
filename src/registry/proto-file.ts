/**
 * What a `.proto` file says, before anything is linked: the one shape into which proto sources, descriptor sets and
 * reflection are brought, so that linking, naming, sorting and checking exist once. It follows `FileDescriptorProto`
 * (https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto), but keeps comments and
 * lines at the declarations, and maps and proto3 `optional` as they were written instead of as synthetic messages.
 */
export interface ProtoFile {
  /** The name that errors show and imports refer to; unique among the files of one registry. */
  readonly name: string;
  readonly package: string;
  readonly syntax: ProtoSyntax;
  /** The presence of singular scalar and enum fields that do not choose their own. */
  readonly presence: 'implicit' | 'explicit';
  readonly imports: readonly ProtoImport[];
  readonly messages: readonly ProtoMessage[];
  readonly enums: readonly ProtoEnum[];
  readonly services: readonly ProtoService[];
  /** What the file uses that no registry can hold; reported by the check that all sources share. */
  readonly unsupported: readonly ProtoUnsupported[];
}

/** `where` says who uses it, e.g. "message Job". */
export interface ProtoUnsupported {
  readonly feature: 'group' | 'extension' | 'extension range' | 'delimited encoding';
  readonly where: string;
  readonly line: number | undefined;
}

/** Extending one of these defines a custom option, which changes no message; every other extension would. */
export function definesOptions(extended: string): boolean {
  return /^\.?google\.protobuf\.\w+Options$/.test(extended);
}

/** The versions of the language that are understood; `2023` is an edition. */
export type ProtoSyntax = 'proto2' | 'proto3' | '2023';

/** One `import` statement. */
export interface ProtoImport {
  /** As written. A source that finds files under other names resolves it to a `ProtoFile.name` before linking. */
  readonly path: string;
  readonly public: boolean;
  readonly line: number | undefined;
}

/** What every declaration has. */
export interface ProtoDeclaration {
  /** The simple name. */
  readonly name: string;
  readonly line: number | undefined;
  /** Cleaned; empty when there is none. */
  readonly comment: string;
  /** The option alone; a comment that says so counts later. */
  readonly deprecated: boolean;
}

/** A message, top-level or nested. */
export interface ProtoMessage extends ProtoDeclaration {
  /** In declaration order, members of oneofs included. */
  readonly fields: readonly ProtoField[];
  /** Without the synthetic ones of proto3 `optional`. */
  readonly oneofs: readonly ProtoDeclaration[];
  /** Without map entries. */
  readonly messages: readonly ProtoMessage[];
  readonly enums: readonly ProtoEnum[];
}

/** A field of a message. */
export interface ProtoField extends ProtoDeclaration {
  readonly number: number;
  /** A scalar's name, or a reference to a type: relative, or absolute with a leading dot. */
  readonly type: string;
  readonly cardinality: 'singular' | 'repeated' | 'map';
  /** The key type of a map; undefined otherwise. */
  readonly mapKey: string | undefined;
  /** The name of the oneof that the field is a member of. */
  readonly oneof: string | undefined;
  /** The field's own choice; undefined where the file's default applies. */
  readonly presence: 'implicit' | 'explicit' | undefined;
  /** The explicit `json_name`. */
  readonly jsonName: string | undefined;
}

/** An enum, top-level or nested. */
export interface ProtoEnum extends ProtoDeclaration {
  readonly allowAlias: boolean;
  readonly values: readonly ProtoEnumValue[];
}

/** One name of an enum. */
export interface ProtoEnumValue extends ProtoDeclaration {
  readonly number: number;
}

/** A service. */
export interface ProtoService extends ProtoDeclaration {
  readonly methods: readonly ProtoMethod[];
}

/** A method of a service. */
export interface ProtoMethod extends ProtoDeclaration {
  /** References to messages, relative or absolute with a leading dot. */
  readonly input: string;
  readonly output: string;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
  readonly idempotency: 'unknown' | 'no-side-effects' | 'idempotent';
}
