import type { ProtoFile } from './proto-file.ts';

/**
 * What the schema IS: the vocabulary that every other room speaks. All values are frozen, fully linked (a field holds its
 * message, not a name) and the same whichever source they were read from.
 * Terms follow protobuf's language guide: https://protobuf.dev/programming-guides/proto3/
 */

/** The fifteen scalar types of protobuf. */
export const scalars = [
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
] as const;

/** One of them. */
export type ScalarType = (typeof scalars)[number];

/** What one value of a field is. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'enum'; readonly enum: EnumDescriptor }
  | { readonly kind: 'message'; readonly message: MessageDescriptor };

/** A map's key types: every scalar but the floating ones and bytes. */
export type MapKeyType = Exclude<ScalarType, 'double' | 'float' | 'bytes'>;

/** A field of a message, whatever its cardinality. */
export interface FieldDescriptor {
  readonly kind: 'field';
  /** The name in the `.proto` file, e.g. `snake_case_name`. */
  readonly name: string;
  /** The JSON name by protoc's rule, or the explicit `json_name`; unique within the message, also in proto2. */
  readonly jsonName: string;
  readonly number: number;
  /** The message that declares the field. */
  readonly parent: MessageDescriptor;
  /** Position in the parent's declaration order, from 0; equals the index in `parent.fields`. */
  readonly index: number;
  /** The type of a value; of an element when repeated; of the map's values when a map. */
  readonly type: FieldType;
  readonly cardinality: 'singular' | 'repeated' | 'map';
  /** The key type; present exactly when `cardinality` is `map`. */
  readonly mapKey: MapKeyType | undefined;
  /**
   * `implicit`: a proto3 scalar or enum without `optional`, absent and zero are the same.
   * `explicit`: messages, `optional` fields, members of a oneof, singular fields of proto2 and, unless they choose
   * otherwise, of editions.
   * Repeated fields and maps are `implicit`.
   */
  readonly presence: 'implicit' | 'explicit';
  /** Whether it is `required` in proto2, or LEGACY_REQUIRED in an edition: a message without it is no message. */
  readonly required: boolean;
  /**
   * Whether it is `optional` in proto3. ProtoJSON that shows all fields leaves an unset one out, as it does members of a
   * oneof, and shows every other unset field of explicit presence as null.
   */
  readonly proto3Optional: boolean;
  /** Whether its values are written in one run; only ever for repeated numbers, bools and enums. */
  readonly packed: boolean;
  /** The oneof that the field is a member of; never the synthetic one of a proto3 `optional`. */
  readonly oneof: OneofDescriptor | undefined;
  /** Leading comment, cleaned of comment marks; empty when there is none. */
  readonly comment: string;
  /** By option, or because the comment begins with "Deprecated:" or "Deprecated.". */
  readonly deprecated: boolean;
}

/** A oneof that was declared as one: of its fields at most one is set. */
export interface OneofDescriptor {
  readonly kind: 'oneof';
  readonly name: string;
  /** `<message full name>.<oneof name>`. */
  readonly fullName: string;
  readonly fields: readonly FieldDescriptor[];
  readonly comment: string;
}

/** A message type, top-level or nested. */
export interface MessageDescriptor {
  readonly kind: 'message';
  /** The simple name, e.g. `Job`. */
  readonly name: string;
  /** Package and enclosing messages included, without a leading dot, e.g. `job.Job`. */
  readonly fullName: string;
  readonly package: string;
  /** In declaration order; members of a oneof at their textual position. */
  readonly fields: readonly FieldDescriptor[];
  readonly oneofs: readonly OneofDescriptor[];
  /**
   * Why cuegate cannot read or write all of it, as a sentence without its end: a group or an extension in the message or in
   * what it holds. Such fields are left out of `fields`. No RPC carries such a message; undefined for all others.
   */
  readonly unsupported: string | undefined;
  readonly comment: string;
  readonly deprecated: boolean;
}

/** An enum type, top-level or nested. */
export interface EnumDescriptor {
  readonly kind: 'enum';
  readonly name: string;
  readonly fullName: string;
  readonly package: string;
  /** In declaration order. With `allow_alias`, the first name of a number is its canonical one. */
  readonly values: readonly EnumValueDescriptor[];
  /** Whether numbers without a name count as unknown fields, as in proto2. The first value of a closed enum may be any. */
  readonly closed: boolean;
  readonly comment: string;
  readonly deprecated: boolean;
}

/** One name of an enum, and the number it stands for. */
export interface EnumValueDescriptor {
  readonly name: string;
  readonly number: number;
  readonly comment: string;
  readonly deprecated: boolean;
}

/** A service: the methods that are served under one name. */
export interface ServiceDescriptor {
  readonly kind: 'service';
  readonly name: string;
  readonly fullName: string;
  readonly package: string;
  /** In declaration order. */
  readonly methods: readonly MethodDescriptor[];
  readonly comment: string;
  readonly deprecated: boolean;
}

/** A method of a service: what an RPC calls. */
export interface MethodDescriptor {
  readonly kind: 'method';
  readonly name: string;
  /** `<package>.<Service>/<Method>`: the REST path and the gRPC path, without the leading slash. */
  readonly fullName: string;
  readonly service: ServiceDescriptor;
  readonly input: MessageDescriptor;
  readonly output: MessageDescriptor;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
  /** The `idempotency_level` option. */
  readonly idempotency: 'unknown' | 'no-side-effects' | 'idempotent';
  readonly comment: string;
  readonly deprecated: boolean;
}

/** Everything that was loaded. Iteration is by full name, so no output depends on the order in which files were read. */
export interface Registry {
  readonly services: readonly ServiceDescriptor[];
  /** By `fullName`. */
  readonly methods: ReadonlyMap<string, MethodDescriptor>;
  /** By `fullName`; without map entries, with every well-known type that is reachable. */
  readonly messages: ReadonlyMap<string, MessageDescriptor>;
  /**
   * What an Any may hold, by `fullName`: these messages, but for those that are unsupported, and the well-known types that
   * no message names.
   */
  readonly anyTypes: ReadonlyMap<string, MessageDescriptor>;
  readonly enums: ReadonlyMap<string, EnumDescriptor>;
  /** What all of it was declared in, with everything that these files import; for whoever tells others of it. */
  readonly files: () => readonly ProtoFile[];
}
