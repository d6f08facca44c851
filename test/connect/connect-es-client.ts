import { create, createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import {
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel,
  MethodOptionsSchema,
} from '@bufbuild/protobuf/wkt';
import { type CallOptions, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';

/** What a call came to: the reply as ProtoJSON, or the error that connect-es made of the answer. */
export interface Outcome {
  readonly reply?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * Calls a unary RPC with connect-es as its users do, but with a service made at run time from compiled protos. Runs in Node and,
 * bundled, in browsers.
 *
 * @param protos a FileDescriptorSet in binary, e.g. `schema/opencue.binpb`
 * @param rpc `<package>.<Service>/<Method>`
 */
export async function callByConnectEs(
  transport: Transport,
  protos: Uint8Array,
  rpc: string,
  request: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<Outcome> {
  const [serviceName = '', methodName] = rpc.split('/');
  const { file: files } = markReads(fromBinary(FileDescriptorSetSchema, protos));
  const file = files.find((file) => file.service.some(({ name }) => `${file.package}.${name}` === serviceName))!;
  const registry = createFileRegistry(file, (path) => files.find(({ name }) => name === path));
  const service = registry.getService(serviceName)!;
  const method = service.methods.find(({ name }) => name === methodName)!;
  const client = createClient(service, transport) as unknown as Readonly<Record<string, UnaryCall>>;
  try {
    const reply = await client[method.localName]!(create(method.input, request), options);
    return { reply: toJson(method.output, reply) };
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    return { error: { code: Code[code], message: rawMessage } };
  }
}

type UnaryCall = (request: object, options: CallOptions) => Promise<never>;

/**
 * Says of reads that they have no side effects, or connect-es never uses GET. OpenCue's protos do not say it; whoever generates
 * types adds `option idempotency_level = NO_SIDE_EFFECTS` to the protos that they generate from.
 */
function markReads(set: FileDescriptorSet): FileDescriptorSet {
  const idempotencyLevel = MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  for (const { method: methods } of set.file.flatMap(({ service }) => service)) {
    for (const method of methods) {
      if (/^(?:Find|Get)/.test(method.name)) method.options = create(MethodOptionsSchema, { idempotencyLevel });
    }
  }
  return set;
}
