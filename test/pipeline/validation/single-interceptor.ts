import { fileURLToPath } from 'node:url';

import { compileValueToWire } from '../../../src/codec/value/value-to-wire.ts';
import { compileWireToWindow } from '../../../src/codec/value/message-window.ts';
import { compileWireToValue } from '../../../src/codec/value/wire-to-value.ts';
import type { MessageDescriptor, Registry } from '../../../src/registry/descriptors.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import type { Call, Reply } from '../../../src/call/call.ts';
import type { Interceptor } from '../../../src/pipeline/interceptor.ts';
import { compileRpcTable, type RpcTable } from '../../../src/rpc-table/rpc-table.ts';
import type { ValidationOptions } from '../../../src/pipeline/validation/validate-requests.ts';
import { callOf, pipe } from '../calls.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** OpenCue's protos. */
export const registry: Registry = loadProtoFiles([pathOf('proto')]);

/** What looks into messages, and makes them, as app/ hands it to the pipeline. */
export const open = (message: MessageDescriptor) => compileWireToValue(message, registry);
export const look = (message: MessageDescriptor) => compileWireToWindow(message, registry);
export const close = (message: MessageDescriptor) => compileValueToWire(message, registry);

/** What request validation needs; nobody has a grant, and it is always the same moment. */
export const validationOptions: ValidationOptions = {
  dressedErrors: [],
  open,
  close,
  now: () => 1_800_000_000_500,
  timeoutMs: 30_000,
  maxSpecBytes: 2_000,
  hasGrant: () => false,
  validatesRest: false,
};

/** A table with the given sections. */
export function tableOf(text: string): RpcTable {
  return compileRpcTable(registry, { text, fileName: 'rpcs.yaml', mustMatch: true });
}

/** An interceptor with an upstream behind it that answers at once, and remembers what reached it. */
export interface SingleInterceptor {
  /** Sends a request of plain values. */
  readonly send: (rpc: string, value: unknown, call?: Partial<Call>) => Promise<Reply>;
  /** What reached the upstream, opened. */
  readonly sent: readonly SentCall[];
}

/** One call as the upstream saw it. */
export interface SentCall {
  readonly rpc: string;
  readonly request: unknown;
  readonly metadata: Call['metadata'];
  /** Undefined where nothing has set one. */
  readonly deadlineAt: Call['deadlineAt'];
}

/** @param answer what the upstream answers to a call, as plain values; it may throw. Empty messages by default. */
export function pipeThrough(
  table: RpcTable,
  intercept: Interceptor,
  answer: (call: SentCall) => unknown = () => ({}),
): SingleInterceptor {
  const sent: SentCall[] = [];
  const invoke = pipe(table, [intercept], async ({ method, request, metadata, deadlineAt }) => {
    const call = { rpc: method.fullName, request: open(method.input)(request), metadata, deadlineAt };
    sent.push(call);
    return { message: close(method.output)(await answer(call)), header: [], trailer: [] };
  });
  return {
    sent,
    send: (rpc, value, call = {}) => {
      const method = registry.methods.get(rpc)!;
      return invoke(callOf(method, { request: close(method.input)(value), surface: 'graphql', ...call }));
    },
  };
}
