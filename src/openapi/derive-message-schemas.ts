import type {
  EnumDescriptor,
  EnumValueDescriptor,
  FieldDescriptor,
  FieldType,
  MessageDescriptor,
  MethodDescriptor,
} from '../registry/descriptors.ts';

import { type JsonSchema, scalarSchemas, wellKnownSchemas } from './well-known-schemas.ts';

/** Sentences for what has no comment in the protos. Empty: there is nothing to say. */
export interface Sentences {
  readonly ofField: (field: FieldDescriptor) => string;
  readonly ofEnumValue: (enumeration: EnumDescriptor, value: EnumValueDescriptor) => string;
}

/** The schemas of what some methods take and answer. */
export interface MessageSchemas {
  /** By the name that references use, in the order of names. */
  readonly components: Readonly<Record<string, JsonSchema>>;
  readonly requestOf: (method: MethodDescriptor) => JsonSchema;
  readonly replyOf: (method: MethodDescriptor) => JsonSchema;
}

/**
 * Where a message stands. Requests may leave every field out; replies hold all of them, so that clients with types need not
 * ask whether a field is there. A message that is both gets a schema for each.
 */
type Side = 'request' | 'reply';

/** Derives schemas of every message and enum that the methods reach, as ProtoJSON reads and writes them. */
export function deriveMessageSchemas(methods: readonly MethodDescriptor[], sentences: Sentences): MessageSchemas {
  const requests = reachableFrom(methods.map(({ input }) => input));
  const replies = reachableFrom(methods.map(({ output }) => output));
  // No name in a proto has a hyphen, so this one is nobody else's.
  const nameOf = (message: MessageDescriptor, side: Side) =>
    side === 'request' && replies.messages.has(message) ? `${message.fullName}-input` : message.fullName;
  const refTo = (type: FieldType, side: Side): JsonSchema => {
    if (type.kind === 'scalar') return scalarSchemas[type.scalar];
    if (type.kind === 'enum') return isNullValue(type.enum) ? { type: 'null' } : reference(type.enum.fullName);
    return wellKnownSchemas.get(type.message.fullName) ?? reference(nameOf(type.message, side));
  };
  const schemaOf = (message: MessageDescriptor, side: Side): JsonSchema => {
    const required = message.fields.filter((field) => (side === 'reply' ? isAlwaysWritten(field) : field.required));
    return {
      type: 'object',
      ...describe(message),
      ...(message.fields.length > 0 && {
        properties: Object.fromEntries(
          message.fields.map((field) => [field.jsonName, fieldSchema(field, side, refTo, sentences)]),
        ),
      }),
      ...(required.length > 0 && { required: required.map(({ jsonName }) => jsonName) }),
    };
  };
  const components = [
    ...[...replies.messages].map((message) => [nameOf(message, 'reply'), schemaOf(message, 'reply')] as const),
    ...[...requests.messages].map((message) => [nameOf(message, 'request'), schemaOf(message, 'request')] as const),
    ...[...new Set([...requests.enums, ...replies.enums])].map(
      (enumeration) => [enumeration.fullName, enumSchema(enumeration, sentences)] as const,
    ),
  ];
  return {
    components: Object.fromEntries(components.toSorted(([one], [other]) => (one < other ? -1 : 1))),
    requestOf: ({ input }) => refTo({ kind: 'message', message: input }, 'request'),
    replyOf: ({ output }) => refTo({ kind: 'message', message: output }, 'reply'),
  };
}

interface Reachable {
  readonly messages: ReadonlySet<MessageDescriptor>;
  readonly enums: ReadonlySet<EnumDescriptor>;
}

/** Without the messages that have a JSON form of their own. */
function reachableFrom(roots: readonly MessageDescriptor[]): Reachable {
  const messages = new Set<MessageDescriptor>();
  const enums = new Set<EnumDescriptor>();
  const waiting = [...roots];
  for (let message = waiting.pop(); message !== undefined; message = waiting.pop()) {
    if (messages.has(message) || wellKnownSchemas.has(message.fullName)) continue;
    messages.add(message);
    for (const { type } of message.fields) {
      if (type.kind === 'message') waiting.push(type.message);
      if (type.kind === 'enum' && !isNullValue(type.enum)) enums.add(type.enum);
    }
  }
  return { messages, enums };
}

function fieldSchema(
  field: FieldDescriptor,
  side: Side,
  refTo: (type: FieldType, side: Side) => JsonSchema,
  { ofField }: Sentences,
): JsonSchema {
  const value = refTo(field.type, side);
  const others = field.oneof?.fields.filter((other) => other !== field) ?? [];
  const excludes = others.length === 0 ? '' : `Excludes ${others.map(({ jsonName }) => `\`${jsonName}\``).join(', ')}.`;
  const description = [field.comment === '' ? ofField(field) : field.comment, excludes].filter(Boolean).join('\n\n');
  return {
    ...shapeOf(field, value, side),
    ...(description !== '' && { description }),
    ...(field.deprecated && { deprecated: true }),
  };
}

function shapeOf(field: FieldDescriptor, value: JsonSchema, side: Side): JsonSchema {
  if (field.cardinality === 'repeated') return { type: 'array', items: value };
  if (field.cardinality === 'map') return { type: 'object', additionalProperties: value };
  // An unset field of explicit presence is written as null, unless it is left out.
  const mayBeNull = side === 'reply' && field.presence === 'explicit' && isAlwaysWritten(field) && !field.required;
  return mayBeNull ? { anyOf: [value, { type: 'null' }] } : value;
}

/** ProtoJSON that shows all fields leaves out unset members of a oneof, and what is `optional` in proto3. */
function isAlwaysWritten({ oneof, proto3Optional }: FieldDescriptor): boolean {
  return oneof === undefined && !proto3Optional;
}

function enumSchema(enumeration: EnumDescriptor, { ofEnumValue }: Sentences): JsonSchema {
  const lines = enumeration.values.map((value) => {
    const words = (value.comment === '' ? ofEnumValue(enumeration, value) : value.comment).replace(/\s+/g, ' ');
    return `- \`${value.name}\`${words === '' ? '' : `: ${words}`}`;
  });
  const comment = describe(enumeration);
  return {
    type: 'string',
    ...comment,
    description: [comment.description, lines.join('\n')].filter(Boolean).join('\n\n'),
    enum: enumeration.values.map(({ name }) => name),
  };
}

/** `google.protobuf.NullValue`, whose one value is JSON's null. */
function isNullValue({ fullName }: EnumDescriptor): boolean {
  return fullName === 'google.protobuf.NullValue';
}

function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

function describe({ comment, deprecated }: MessageDescriptor | EnumDescriptor): {
  readonly description?: string;
  readonly deprecated?: true;
} {
  return { ...(comment !== '' && { description: comment }), ...(deprecated && { deprecated }) };
}
