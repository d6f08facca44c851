import type { InputValueDefinitionNode } from 'graphql';

import type { MethodDescriptor } from '../../registry/descriptors.ts';

import type { Call } from '../../call/call.ts';
import { everythingArgument } from '../../rpc-table/validation.ts';
import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import { inputValueNode, namedTypeNode } from '../schema/schema-nodes.ts';

/** The arguments of a root field: those that are the request, and what the others say about the call. */
export interface SplitArguments {
  readonly request: Readonly<Record<string, unknown>>;
  readonly call: Partial<Call>;
}

/** An argument that is about the call and no part of the request. */
interface CallArgument {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** Undefined: the argument says nothing. */
  readonly read: (value: unknown) => Partial<Call> | undefined;
}

/** The definitions of the arguments that an RPC's root field has beyond its request. */
export function callArgumentNodes(method: MethodDescriptor, table: RpcTable): readonly InputValueDefinitionNode[] {
  return callArgumentsOf(method, table).map(({ name, type, description }) =>
    inputValueNode(name, namedTypeNode(type), { description }),
  );
}

/** Compiles how to tell the two apart. Most RPCs have none beyond their request, and nothing is copied. */
export function compileCallArguments(
  method: MethodDescriptor,
  table: RpcTable,
): (args: Readonly<Record<string, unknown>>) => SplitArguments {
  const own = callArgumentsOf(method, table);
  if (own.length === 0) return (request) => ({ request, call: {} });
  return (args) => {
    const request = { ...args };
    const call = {};
    for (const { name, read } of own) {
      Object.assign(call, read(request[name]));
      delete request[name];
    }
    return { request, call };
  };
}

function callArgumentsOf(method: MethodDescriptor, { factsOf }: RpcTable): readonly CallArgument[] {
  const { validations, takesIdempotencyKey } = factsOf(method);
  const bounded = validations.find(({ kind }) => kind === 'bounded');
  const own = bounded === undefined ? [] : [meansEverything(bounded.why)];
  return takesIdempotencyKey ? [...own, idempotencyKey] : own;
}

const idempotencyKey: CallArgument = {
  name: 'idempotencyKey',
  type: 'String',
  description:
    'Names this very request, e.g. by a UUID: when you send it again with the same key within ten minutes, because you ' +
    'have not heard its answer, you get that answer and it is not done twice.',
  read: (value) => (typeof value === 'string' ? { idempotencyKey: value } : undefined),
};

function meansEverything(why: string): CallArgument {
  return {
    name: everythingArgument,
    type: 'Boolean',
    description: `Say \`true\` to send criteria that narrow nothing. Without it they are refused: ${why}.`,
    read: (value) => (value === true ? { meansEverything: true } : undefined),
  };
}
