import {
  type FieldDescriptor,
  type FieldType,
  type MapKeyType,
  type MessageDescriptor,
  type OneofDescriptor,
  scalars,
} from '../descriptors.ts';
import { type Features, inheritFeatures, noChoices } from '../features.ts';
import type { ProtoField, ProtoFile } from '../proto-file.ts';

import { type DeclaredMessage, type DeclaredType, describe, isWellKnown } from './declare-types.ts';
import { assignJsonNames } from './json-names.ts';
import type { Resolved } from './resolve-type.ts';
import type { Unsupported } from './unsupported.ts';

/** By name; fields share them. */
const scalarTypes: ReadonlyMap<string, FieldType> = new Map(
  scalars.map((scalar) => [scalar, Object.freeze({ kind: 'scalar', scalar })]),
);

/** What linking one declaration asks of all others, and where it says what is wrong. */
export interface Linking {
  readonly resolve: (reference: string, scope: string, file: ProtoFile) => Resolved<DeclaredType>;
  readonly report: (file: ProtoFile, line: number | undefined, message: string) => void;
  /** Says what matters only if an RPC needs the message. */
  readonly pass: (unsupported: Unsupported) => void;
}

/**
 * Gives a message its oneofs and its fields, in their order. What cannot be read or written is left out and passed on.
 */
export function linkMessage({ proto, file, descriptor, features }: DeclaredMessage, linking: Linking): void {
  passOddities({ proto, file, descriptor, features }, linking);
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
  const choices = new Map(proto.oneofs.map((oneof) => [oneof.name, oneof.features]));
  const jsonNames = assignJsonNames(proto.fields);
  const fields: FieldDescriptor[] = [];
  for (const [index, field] of proto.fields.entries()) {
    const around = field.oneof === undefined ? noChoices : (choices.get(field.oneof) ?? noChoices);
    const chosen = inheritFeatures(inheritFeatures(features, around), field.features);
    const type = linkFieldType(field, chosen, descriptor, file, linking);
    if (type === undefined) continue;
    const oneof = field.oneof === undefined ? undefined : oneofs.get(field.oneof);
    const place = { parent: descriptor, index: fields.length, jsonName: jsonNames[index]!, oneof };
    const linked = linkField(field, type, place, chosen, file);
    fields.push(linked);
    if (oneof !== undefined) members.get(oneof.name)!.push(linked);
  }
  for (const oneof of oneofs.values()) {
    Object.freeze(oneof.fields);
    Object.freeze(oneof);
  }
  descriptor.fields = Object.freeze(fields);
  descriptor.oneofs = Object.freeze([...oneofs.values()]);
}

/** What concerns the message as a whole. */
function passOddities(
  { proto, file, descriptor: message }: Pick<DeclaredMessage, 'proto' | 'file' | 'descriptor' | 'features'>,
  { pass }: Linking,
): void {
  const { line, extensionRange, messageSet } = proto;
  if (file.unknownSyntax !== undefined) {
    const what = `message ${message.fullName} is written in the syntax or edition ${file.unknownSyntax}, expected proto2, proto3, 2023 or 2024`;
    pass({ message, file, line, what });
  }
  if (messageSet) {
    const what = `message ${message.fullName} has the wire format of message sets, which is not supported`;
    pass({ message, file, line, what });
  } else if (extensionRange !== undefined && !isWellKnown(file)) {
    const what = `message ${message.fullName} reserves numbers for extensions; extensions are not supported`;
    pass({ message, file, line: extensionRange.line, what });
  }
}

interface Place {
  readonly parent: MessageDescriptor;
  readonly index: number;
  readonly jsonName: string;
  readonly oneof: OneofDescriptor | undefined;
}

function linkField(
  field: ProtoField,
  type: FieldType,
  { parent, index, jsonName, oneof }: Place,
  { fieldPresence, repeatedFieldEncoding }: Features,
  file: ProtoFile,
): FieldDescriptor {
  const { name, number, cardinality, proto3Optional } = field;
  const { comment, deprecated } = describe(field, file);
  const singular = cardinality === 'singular';
  const tracked = type.kind === 'message' || oneof !== undefined || fieldPresence !== 'IMPLICIT';
  const packable =
    type.kind === 'enum' || (type.kind === 'scalar' && type.scalar !== 'string' && type.scalar !== 'bytes');
  return Object.freeze({
    kind: 'field',
    name,
    jsonName,
    number,
    parent,
    index,
    type,
    cardinality,
    mapKey: field.mapKey as MapKeyType | undefined,
    presence: singular && tracked ? 'explicit' : 'implicit',
    required: singular && oneof === undefined && fieldPresence === 'LEGACY_REQUIRED',
    proto3Optional,
    packed: cardinality === 'repeated' && packable && repeatedFieldEncoding === 'PACKED',
    oneof,
    comment,
    deprecated,
  });
}

/** The type of a field; undefined where there is none that can be used, which is said. */
function linkFieldType(
  field: ProtoField,
  { messageEncoding }: Features,
  parent: MessageDescriptor,
  file: ProtoFile,
  linking: Linking,
): FieldType | undefined {
  const scalar = scalarTypes.get(field.type);
  if (scalar !== undefined) return scalar;
  const { found, reason } = linking.resolve(field.type, parent.fullName, file);
  if (found === undefined) {
    const what = `unknown type "${field.type}" of field ${parent.fullName}.${field.name}; ${reason}`;
    if (file.compiled) linking.pass({ message: parent, file, line: field.line, what });
    else if (reason !== undefined) linking.report(file, field.line, what);
    return undefined;
  }
  if (found.kind === 'message' && messageEncoding === 'DELIMITED' && field.cardinality !== 'map') {
    const { line } = field;
    const what = field.group
      ? `message ${parent.fullName} has a group, ${field.name}; groups are not supported, use a message field instead`
      : `field ${parent.fullName}.${field.name} asks for message_encoding = DELIMITED, which is not supported; use LENGTH_PREFIXED, the default`;
    linking.pass({ message: parent, file, line, what });
    return undefined;
  }
  return found.type;
}
