import type { EnumDescriptor, FieldDescriptor, FieldType, ScalarType } from '../../registry/descriptors.ts';

/** What a value is: one of a protobuf type, or a list of such. */
export interface Shape {
  readonly type: FieldType;
  readonly isList: boolean;
}

/** Scalars whose decoded values look alike, so that one may stand where the other is expected. */
const families: Readonly<Record<ScalarType, string>> = {
  double: 'number',
  float: 'number',
  int32: 'integer',
  sint32: 'integer',
  sfixed32: 'integer',
  uint32: 'integer',
  fixed32: 'integer',
  int64: 'long integer',
  sint64: 'long integer',
  sfixed64: 'long integer',
  uint64: 'long integer',
  fixed64: 'long integer',
  bool: 'boolean',
  string: 'string',
  bytes: 'bytes',
};

/** An integer may stand for each of these as well. */
const takesInteger: ReadonlySet<string> = new Set(['number', 'long integer']);

/** The shape of a field's value. Maps have none that a link could use. */
export function shapeOf({ type, cardinality }: FieldDescriptor): Shape {
  return { type, isList: cardinality !== 'singular' };
}

/** Whether a value of type `found` may stand where `expected` is asked for. */
export function fits(found: FieldType, expected: FieldType): boolean {
  if (found.kind === 'scalar' && expected.kind === 'scalar') {
    const [one, other] = [families[found.scalar], families[expected.scalar]];
    return one === other || (one === 'integer' && takesInteger.has(other));
  }
  if (found.kind === 'enum') return expected.kind === 'enum' && found.enum === expected.enum;
  return found.kind === 'message' && expected.kind === 'message' && found.message === expected.message;
}

/** `string`, `list of job.Job`: for error messages. */
export function describeShape({ type, isList }: Shape): string {
  const name = describeType(type);
  return isList ? `list of ${name}` : name;
}

function describeType(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return families[type.scalar];
    case 'enum':
      return type.enum.fullName;
    case 'message':
      return type.message.fullName;
  }
}

/** The number of an enum's value by its name; undefined when there is none of that name. */
export function numberOf({ values }: EnumDescriptor, name: string): number | undefined {
  return values.find((value) => value.name === name)?.number;
}
