import type { FieldDescriptor, MessageDescriptor } from '../../registry/descriptors.ts';

import { planOf } from '../json/compile-json-plan.ts';
import type { FieldPlan, MessagePlan } from '../json/json-plan.ts';
import { compileSetEnum, compileSetScalar, type SetScalar } from './value-scalars.ts';

/** How a message type is written from JavaScript values; compiled once per type. */
export interface ValuePlan {
  /** What is the same for JSON: tags, wire types, oneofs, and all of the well-known types but wrappers. */
  readonly json: MessagePlan;
  /** By JSON name. */
  readonly fields: ReadonlyMap<string, ValueField>;
  /** The only field of a wrapper such as `Int64Value`, whose value stands for the message. */
  readonly wrapped: ValueField | undefined;
  /** Whether null is a value of the type, as of `google.protobuf.Value`, and does not mean that there is none. */
  readonly takesNull: boolean;
}

/** How a field is written. */
export interface ValueField {
  readonly json: FieldPlan;
  /** Sets a value, an element or a map's value; undefined when it is a message. */
  readonly set: SetScalar | undefined;
  /** The message of a value, an element or a map's value; undefined when it is a scalar. */
  readonly message: ValuePlan | undefined;
  /** Sets a map's key. */
  readonly setKey: SetScalar | undefined;
}

const plans = new WeakMap<MessageDescriptor, ValuePlan>();

/** The plan of a message type, compiled on first use together with those of all types it contains. */
export function valuePlanOf(message: MessageDescriptor): ValuePlan {
  const known = plans.get(message);
  if (known !== undefined) return known;
  const json = planOf(message);
  const fields = new Map<string, ValueField>();
  const plan = {
    json,
    fields,
    wrapped: undefined as ValueField | undefined,
    takesNull: message.fullName === 'google.protobuf.Value',
  };
  // Known before its fields are compiled, so that a type may contain itself.
  plans.set(message, plan);
  for (const field of message.fields) fields.set(field.jsonName, planField(field, json.fields[field.index]!));
  if (WRAPPER.test(message.fullName)) plan.wrapped = fields.get('value');
  return Object.freeze(plan);
}

const WRAPPER = /^google\.protobuf\.(?:Bool|Bytes|Double|Float|U?Int(?:32|64)|String)Value$/;

function planField({ type, mapKey }: FieldDescriptor, json: FieldPlan): ValueField {
  return Object.freeze({
    json,
    set:
      type.kind === 'scalar'
        ? compileSetScalar(type.scalar)
        : type.kind === 'enum'
          ? compileSetEnum(type.enum)
          : undefined,
    message: type.kind === 'message' ? valuePlanOf(type.message) : undefined,
    setKey: mapKey && compileSetScalar(mapKey),
  });
}
