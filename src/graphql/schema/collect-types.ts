import type {
  EnumDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  MethodDescriptor,
} from '../../registry/descriptors.ts';

import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import { scalarNameOf, scalarNames, wellKnownScalarOf } from './scalar-names.ts';

/** What a set of RPCs refers to, directly or not, in order of discovery. Well-known messages count as scalars. */
export interface CollectedTypes {
  readonly outputs: ReadonlySet<MessageDescriptor>;
  /** Without the requests themselves, whose fields become arguments, unless another message refers to them. */
  readonly inputs: ReadonlySet<MessageDescriptor>;
  readonly enums: ReadonlySet<EnumDescriptor>;
  /** Of which arguments hold the key alone, each with the key. */
  readonly keyed: ReadonlyMap<MessageDescriptor, FieldDescriptor>;
  /** By GraphQL name. */
  readonly scalars: ReadonlySet<string>;
}

/** Follows every field of every request and response, but for what of an entity in a request nobody reads. */
export function collectTypes(methods: readonly MethodDescriptor[], keyOf: RpcTable['keyOf']): CollectedTypes {
  const enums = new Set<EnumDescriptor>();
  const scalars = new Set<string>();
  const outputs = new Set<MessageDescriptor>();
  const inputs = new Set<MessageDescriptor>();
  const keyed = new Map<MessageDescriptor, FieldDescriptor>();
  const visitField = (field: FieldDescriptor, messages: Set<MessageDescriptor>): void => {
    const key = messages === inputs ? keyOf(field) : undefined;
    if (key !== undefined) {
      keyed.set(key.parent, key);
      scalars.add(scalarNameOf(key)!);
      return;
    }
    if (field.mapKey !== undefined) scalars.add(scalarNames[field.mapKey]);
    const scalar = scalarNameOf(field);
    if (scalar !== undefined) scalars.add(scalar);
    else if (field.type.kind === 'enum') enums.add(field.type.enum);
    else if (field.type.kind === 'message') visitMessage(field.type.message, messages);
  };
  const visitMessage = (message: MessageDescriptor, messages: Set<MessageDescriptor>): void => {
    const scalar = wellKnownScalarOf(message);
    if (scalar !== undefined) scalars.add(scalar);
    if (scalar !== undefined || messages.has(message)) return;
    messages.add(message);
    for (const field of message.fields) visitField(field, messages);
  };
  for (const { input, output } of methods) {
    visitMessage(output, outputs);
    const scalar = wellKnownScalarOf(input);
    if (scalar !== undefined) scalars.add(scalar);
    else for (const field of input.fields) visitField(field, inputs);
  }
  return { outputs, inputs, enums, keyed, scalars };
}
