import type { FieldDescriptor, MessageDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

import { findString } from './field-path.ts';
import type { RpcTableDocument } from './rpc-table-schema.ts';
import type { TableReading } from './table-reading.ts';

/** A field of a request that holds a whole entity, of which the upstream reads nothing but the key. */
export interface EntityKey {
  /** The field of the request. */
  readonly field: FieldDescriptor;
  /** The field of the entity. */
  readonly key: FieldDescriptor;
}

/** What is known of the keys of entities in requests. */
export interface EntityKeys {
  /** The field of the entity that a field's value is known by; undefined: the value counts as a whole. */
  readonly keyOf: (field: FieldDescriptor) => FieldDescriptor | undefined;
  /** The entities that an RPC's request holds in fields of its own. */
  readonly of: (method: MethodDescriptor) => readonly EntityKey[];
}

/** Which fields of requests stand for an entity by its key, held against the registry. Reports what does not fit. */
export function compileEntityKeys(rows: RpcTableDocument['keys'], reading: TableReading): EntityKeys {
  const { registry, report, methodsOf } = reading;
  const keys = new Map<FieldDescriptor, FieldDescriptor>();
  for (const [name, { key: keyName, rpcs }] of Object.entries(rows)) {
    const path = ['keys', name];
    const entity = registry.messages.get(name);
    const key = entity && findString(entity, keyName);
    if (entity === undefined) report(path, 'is no message of the loaded protos');
    else if (key === undefined) report([...path, 'key'], `${entity.fullName} has no string "${keyName}"`);
    if (key === undefined) continue;
    const holders =
      rpcs === undefined
        ? [...registry.messages.values()]
        : methodsOf(rpcs, [...path, 'rpcs']).map(({ input }) => input);
    for (const field of holders.flatMap(({ fields }) => fields)) if (holds(field, entity!)) keys.set(field, key);
  }
  return {
    keyOf: (field) => keys.get(field),
    of: ({ input }) =>
      input.fields.flatMap((field) => {
        const key = keys.get(field);
        return key === undefined || field.cardinality !== 'singular' ? [] : [{ field, key }];
      }),
  };
}

function holds({ type, cardinality }: FieldDescriptor, entity: MessageDescriptor): boolean {
  return type.kind === 'message' && type.message === entity && cardinality !== 'map';
}
