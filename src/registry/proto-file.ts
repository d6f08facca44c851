import type { FeatureChoices, ProtoSyntax } from './features.ts';

/**
 * What a `.proto` file says, before anything is linked: the one shape into which proto sources, descriptor sets and
 * reflection are brought, so that linking, naming, sorting and checking exist once. It follows `FileDescriptorProto`
 * (https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto), but keeps comments and
 * lines at the declarations, and maps and proto3 `optional` as they were written instead of as synthetic messages.
 */
export interface ProtoFile {
  /** The name that errors show and imports refer to; unique among the files of one registry. */
  readonly name: string;
  /**
   * Whether a compiler wrote the file. Its type names are absolute then, and were checked. So a type that is missing is no
   * mistake in the file: it was left out later, and that matters only where an RPC needs it.
   */
  readonly compiled: boolean;
  readonly package: string;
  readonly syntax: ProtoSyntax;
  /** What a compiled file calls its syntax or edition where that is none that is understood. */
  readonly unknownSyntax: string | undefined;
  readonly features: FeatureChoices;
  readonly imports: readonly ProtoImport[];
  readonly messages: readonly ProtoMessage[];
  readonly enums: readonly ProtoEnum[];
  readonly services: readonly ProtoService[];
  /** Extensions of messages other than protobuf's own, wherever in the file. */
  readonly extensions: readonly ProtoExtension[];
}

/** One `import` statement. Those that bring options alone (`import option`) are left out. */
export interface ProtoImport {
  /** As written. A source that finds files under other names resolves it to a `ProtoFile.name` before linking. */
  readonly path: string;
  readonly public: boolean;
  readonly line: number | undefined;
}

/** An `extend` block, or one field of it in a compiled file. */
export interface ProtoExtension {
  /** A reference to the message that is extended. */
  readonly extendee: string;
  /** The full name of the message in which it is declared, or the package: where names are looked for first. */
  readonly scope: string;
  readonly line: number | undefined;
}

/**
 * Whether extending this changes nothing that callers see: an extension of protobuf's own messages defines a custom option
 * or a feature.
 */
export function definesOptions(extendee: string): boolean {
  return /^\.?google\.protobuf\.\w+$/.test(extendee);
}

/** Whether a file of this name is one of protoc's own for a language: it says nothing about the wire or JSON. */
export function definesLanguageFeatures(name: string): boolean {
  return /(?:^|\/)google\/protobuf\/[a-z]+_features\.proto$/.test(name);
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

/** A message, top-level or nested. The message that a group declares is one as well. */
export interface ProtoMessage extends ProtoDeclaration {
  readonly features: FeatureChoices;
  /** In declaration order, members of oneofs included. */
  readonly fields: readonly ProtoField[];
  /** Without the synthetic ones of proto3 `optional`. */
  readonly oneofs: readonly ProtoOneof[];
  /** Without map entries. */
  readonly messages: readonly ProtoMessage[];
  readonly enums: readonly ProtoEnum[];
  /** Whether it reserves numbers for extensions, and where. */
  readonly extensionRange: { readonly line: number | undefined } | undefined;
  /** Whether it has the wire format that came before extensions. */
  readonly messageSet: boolean;
}

/** A oneof of a message. */
export interface ProtoOneof extends ProtoDeclaration {
  readonly features: FeatureChoices;
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
  /** Labels and options of proto2 and proto3 count as choices: `required`, `optional` of proto3, `packed`, groups. */
  readonly features: FeatureChoices;
  /** Whether it is `optional` in proto3. */
  readonly proto3Optional: boolean;
  /** Whether it was declared as a group. */
  readonly group: boolean;
  /** The explicit `json_name`. */
  readonly jsonName: string | undefined;
}

/** An enum, top-level or nested. */
export interface ProtoEnum extends ProtoDeclaration {
  readonly features: FeatureChoices;
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
