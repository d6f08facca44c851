import type { Registry } from '../descriptors.ts';
import { linkRegistry } from '../linking/link-registry.ts';
import type { ProtoFile } from '../proto-file.ts';
import { RegistryError, type RegistryProblem } from '../registry-error.ts';

import { decodeFileDescriptor } from './descriptors/file-descriptor.ts';
import { readFileDescriptor } from './descriptors/read-file-descriptor.ts';
import {
  decodeReflectionResponse,
  encodeReflectionRequest,
  type ReflectionRequest,
  type ReflectionResponse,
} from './reflection-messages.ts';
import { addWellKnownFiles, wellKnownProtos } from './well-known-protos.ts';

/** The two versions of server reflection, the preferred one first. */
const reflectionMethods = [
  'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
] as const;

/** A method that answers reflection requests, by full name. */
export type ReflectionMethod = (typeof reflectionMethods)[number];

/**
 * Asks a server over one bidirectional stream: as many replies as requests, in their order. Rejects with an error whose
 * `status.name` is that of the gRPC status, `UNIMPLEMENTED` when the server does not have the method. `upstream/` implements
 * it; this room opens no socket.
 */
export type ReflectionTransport = (
  method: ReflectionMethod,
  requests: readonly Uint8Array[],
) => Promise<readonly Uint8Array[]>;

type Ask = (requests: readonly ReflectionRequest[]) => Promise<ReflectionResponse[]>;

/** How errors call the source where no file is concerned. */
const source = 'reflection';

/**
 * Loads what a running server says about itself: the files of all its services but those of gRPC itself (`grpc.*`), and
 * everything they import. Servers keep no comments. A file that the server lacks matters only if an RPC needs what it
 * declares: many only define options.
 *
 * @throws {RegistryError} when the server offers no reflection or no services, and with every problem of the files it sent
 * @throws whatever `transport` rejects with, for every other failure of the call
 */
export async function loadByReflection(transport: ReflectionTransport): Promise<Registry> {
  const { ask, services } = await listServices(transport);
  if (services.length === 0) refuse('the server lists no services besides those of gRPC itself');

  const problems: RegistryProblem[] = [];
  const files = new Map<string, ProtoFile>();
  let wanted = services.map((name): ReflectionRequest => ({ fileContainingSymbol: name }));
  const asked = new Set<string>();
  while (wanted.length > 0) {
    const replies = await ask(wanted);
    for (const [index, reply] of replies.entries()) takeReply(wanted[index]!, reply, files, problems);
    const missing = [...files.values()].flatMap(({ imports }) => imports.map(({ path }) => path));
    const next = new Set(missing.filter((path) => !files.has(path) && !asked.has(path) && !wellKnownProtos.has(path)));
    for (const path of next) asked.add(path);
    wanted = [...next].map((path) => ({ fileByFilename: path }));
  }
  const sorted = [...files.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return linkRegistry(addWellKnownFiles(sorted), problems, () => 'the server does not offer it');
}

/** Finds out which version the server speaks, and what it serves. */
async function listServices(transport: ReflectionTransport): Promise<{ ask: Ask; services: string[] }> {
  for (const method of reflectionMethods) {
    const ask: Ask = async (requests) =>
      decodeReplies(requests, await transport(method, requests.map(encodeReflectionRequest)));
    const replies = await ask([{ listServices: '' }]).catch((error: unknown) => {
      if (isUnimplemented(error)) return undefined;
      throw error;
    });
    if (replies === undefined) continue;
    const { listServicesResponse, errorResponse } = replies[0]!;
    if (listServicesResponse === undefined)
      return refuse(`the server does not list its services${because(errorResponse)}`);
    const services = listServicesResponse.service
      .map(({ name = '' }) => name)
      .filter((name) => !name.startsWith('grpc.'));
    return { ask, services: services.toSorted() };
  }
  return refuse(
    'the server does not offer gRPC reflection, neither v1 nor v1alpha; name a folder of .proto files or a descriptor set instead',
  );
}

function decodeReplies(requests: readonly ReflectionRequest[], replies: readonly Uint8Array[]): ReflectionResponse[] {
  if (replies.length !== requests.length) {
    refuse(`the server sent ${replies.length} replies to ${requests.length} reflection requests`);
  }
  try {
    return replies.map(decodeReflectionResponse);
  } catch {
    return refuse('the server sent a reflection reply that is no protobuf message');
  }
}

/** Adds the files of a reply. A file that is missing because a name is unknown is reported by who imports it. */
function takeReply(
  request: ReflectionRequest,
  { fileDescriptorResponse, errorResponse }: ReflectionResponse,
  files: Map<string, ProtoFile>,
  problems: RegistryProblem[],
): void {
  if (fileDescriptorResponse === undefined) {
    if (!('fileContainingSymbol' in request)) return;
    const message = `the server lists service ${request.fileContainingSymbol} but sends no file for it${because(errorResponse)}`;
    problems.push({ file: source, line: undefined, message });
    return;
  }
  for (const bytes of fileDescriptorResponse.fileDescriptorProto) {
    const file = readFile(bytes);
    if (!files.has(file.name)) files.set(file.name, file);
  }
}

function readFile(bytes: Uint8Array): ProtoFile {
  try {
    return readFileDescriptor(decodeFileDescriptor(bytes));
  } catch {
    return refuse('the server sent a file that is no FileDescriptorProto');
  }
}

function because(failure: ReflectionResponse['errorResponse']): string {
  return failure === undefined ? '' : `: ${failure.errorMessage ?? ''} (code ${failure.errorCode ?? 0})`;
}

/** Structural, because the error's class belongs to a room that this one does not know. */
function isUnimplemented(error: unknown): boolean {
  return (error as { status?: { name?: unknown } } | undefined)?.status?.name === 'UNIMPLEMENTED';
}

function refuse(message: string): never {
  throw new RegistryError([{ file: source, line: undefined, message }]);
}
