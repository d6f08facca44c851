import type { EnumDescriptor, FieldType, MessageDescriptor } from '../descriptors.ts';
import { defaultFeatures, type Features, inheritFeatures } from '../features.ts';
import {
  definesLanguageFeatures,
  type ProtoDeclaration,
  type ProtoEnum,
  type ProtoFile,
  type ProtoMessage,
} from '../proto-file.ts';
import type { Declared } from './resolve-type.ts';

/** A value under construction; frozen when it is complete. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** A message or an enum, and where it was declared. */
export type DeclaredType = DeclaredMessage | DeclaredEnum;

/** A message, still without fields, and the features that hold for it. */
export interface DeclaredMessage extends Declared {
  readonly kind: 'message';
  readonly proto: ProtoMessage;
  readonly features: Features;
  readonly descriptor: Draft<MessageDescriptor>;
  /** What fields of this type have in common. */
  readonly type: FieldType;
}

/** An enum. */
export interface DeclaredEnum extends Declared {
  readonly kind: 'enum';
  readonly descriptor: EnumDescriptor;
  readonly type: FieldType;
}

/**
 * Everything that a field may refer to, by full name: enums complete, messages still without fields, so that fields can
 * refer to messages that come later or to their own.
 */
export function declareTypes(
  files: readonly ProtoFile[],
  report: (file: ProtoFile, line: number | undefined, message: string) => void,
): Map<string, DeclaredType> {
  const types = new Map<string, DeclaredType>();
  const add = (type: DeclaredType): void => {
    const first = types.get(type.fullName);
    if (first === undefined) types.set(type.fullName, type);
    else report(type.file, type.line, `${type.kind} ${declaredTwice(type.fullName, first)}`);
  };
  const addEnum = (proto: ProtoEnum, prefix: string, file: ProtoFile, outer: Features): void => {
    const fullName = prefix + proto.name;
    const { enumType } = inheritFeatures(outer, proto.features);
    const descriptor = describeEnum(proto, fullName, file, enumType === 'CLOSED');
    const type: FieldType = Object.freeze({ kind: 'enum', enum: descriptor });
    add({ kind: 'enum', fullName, file, line: proto.line, descriptor, type });
  };
  const addMessage = (proto: ProtoMessage, prefix: string, file: ProtoFile, outer: Features): void => {
    const fullName = prefix + proto.name;
    const features = inheritFeatures(outer, proto.features);
    const descriptor = describeMessage(proto, fullName, file);
    const type: FieldType = Object.freeze({ kind: 'message', message: descriptor });
    add({ kind: 'message', fullName, file, line: proto.line, proto, features, descriptor, type });
    for (const nested of proto.messages) addMessage(nested, `${fullName}.`, file, features);
    for (const nested of proto.enums) addEnum(nested, `${fullName}.`, file, features);
  };
  for (const file of files) {
    const features = inheritFeatures(defaultFeatures[file.syntax], file.features);
    for (const proto of file.messages) addMessage(proto, packagePrefix(file), file, features);
    for (const proto of file.enums) addEnum(proto, packagePrefix(file), file, features);
  }
  return types;
}

function describeMessage(proto: ProtoMessage, fullName: string, file: ProtoFile): Draft<MessageDescriptor> {
  return {
    kind: 'message',
    name: proto.name,
    fullName,
    package: file.package,
    fields: [],
    oneofs: [],
    unsupported: undefined,
    ...describe(proto, file),
  };
}

function describeEnum(proto: ProtoEnum, fullName: string, file: ProtoFile, closed: boolean): EnumDescriptor {
  const values = proto.values.map((value) =>
    Object.freeze({ name: value.name, number: value.number, ...describe(value, file) }),
  );
  const { name } = proto;
  return Object.freeze({
    kind: 'enum',
    name,
    fullName,
    package: file.package,
    values: Object.freeze(values),
    closed,
    ...describe(proto, file),
  });
}

/** "Deprecated: use …" and "Deprecated." say so, and so does the word alone; "Deprecated items are shown" does not. */
const saysDeprecated = /^(?:deprecated\s*(?:[:.]|$)|\[deprecated\])/i;

/** The words of a declaration. Those of `google.protobuf` are left out, see `linkRegistry`. */
export function describe(declaration: ProtoDeclaration, file: ProtoFile) {
  const comment = isWellKnown(file) ? '' : declaration.comment;
  return { comment, deprecated: declaration.deprecated || saysDeprecated.test(comment) };
}

/** Whether a file comes with protobuf: those with the well-known types, and those with the features of one language. */
export function isWellKnown(file: ProtoFile): boolean {
  return file.package === 'google.protobuf' || definesLanguageFeatures(file.name);
}

/** What stands before the names that a file declares. */
export function packagePrefix(file: ProtoFile): string {
  return file.package === '' ? '' : `${file.package}.`;
}

/** The end of a sentence that begins with what was declared again. */
export function declaredTwice(fullName: string, { file, line }: Declared): string {
  return `${fullName} is declared twice; the first is in ${file.name}${line === undefined ? '' : `:${line}`}`;
}
