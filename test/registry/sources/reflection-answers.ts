import protobuf from 'protobufjs';

/** The protocol as servers see it; field numbers are those of reflection.proto. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Set { repeated bytes file = 1; }
  message File {
    string name = 1;
    string package = 2;
    repeated string dependency = 3;
    repeated Named message_type = 4;
    repeated Service service = 6;
    string syntax = 12;
  }
  message Named { string name = 1; }
  message Service { string name = 1; repeated Method method = 2; }
  message Method { string name = 1; string input_type = 2; string output_type = 3; }
  message Request { string host = 1; oneof of { string file_by_filename = 3; string file_containing_symbol = 4; string list_services = 7; } }
  message Response { oneof of { Files files = 4; Services services = 6; Failure failure = 7; } }
  message Files { repeated bytes file = 1; }
  message Services { repeated Named service = 1; }
  message Failure { int32 code = 1; string text = 2; }
`);
/** Encodes a message of the protocol. */
export const encode = (type: string, value: object): Buffer =>
  Buffer.from(root.lookupType(type).encode(root.lookupType(type).fromObject(value)).finish());
/** Decodes one. */
export const decode = (type: string, bytes: Uint8Array): unknown => {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), { arrays: true });
};

/** What a client asks. */
export interface Request {
  readonly fileByFilename?: string;
  readonly fileContainingSymbol?: string;
  readonly listServices?: string;
}

interface File {
  readonly name: string;
  readonly package: string;
  readonly service: readonly { readonly name: string }[];
}

/** One reply to one request, both encoded. */
export type Answer = (request: Uint8Array) => Buffer;

/** What a server that keeps these files answers. */
export function answerFrom(set: Uint8Array): Answer {
  const files = (decode('Set', set) as { file: Uint8Array[] }).file.map((bytes) => ({
    bytes,
    ...(decode('File', bytes) as File),
  }));
  const services = files.flatMap((file) => file.service.map(({ name }) => ({ file, name: `${file.package}.${name}` })));
  const names = ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection', ...services.map(({ name }) => name)];
  return (bytes) => {
    const request = decode('Request', bytes) as Request;
    if (request.listServices !== undefined) return listing(...names);
    const file =
      files.find(({ name }) => name === request.fileByFilename) ??
      services.find(({ name }) => name === request.fileContainingSymbol)?.file;
    return encode(
      'Response',
      file ? { files: { file: [file.bytes] } } : { failure: { code: 5, text: 'no such file' } },
    );
  };
}

/** The reply that lists services. */
export function listing(...names: readonly string[]): Buffer {
  return encode('Response', { services: { service: names.map((name) => ({ name })) } });
}
