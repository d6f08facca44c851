import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import protobuf from 'protobufjs';

// src/demo/wire and dist/demo/wire lie equally deep, so one relative URL serves both.
const PROTO_FOLDER = fileURLToPath(new URL('../../../proto/', import.meta.url));

/** One RPC of the loaded interface, with protobufjs types for both messages. */
export interface ProtocolMethod {
  /** `pkg.Service/Method`, without the leading slash of the HTTP/2 path. */
  readonly name: string;
  /** `pkg.Service`. */
  readonly service: string;
  readonly method: string;
  readonly requestType: protobuf.Type;
  readonly responseType: protobuf.Type;
}

let loaded: readonly ProtocolMethod[] | undefined;

/**
 * Loads every `.proto` file of the package's proto/ folder with protobufjs and lists the RPCs in declaration order.
 * Field names become camel case, as in proto3 JSON. The files are read once per process. Throws when one does not parse.
 */
export function loadProtocol(): readonly ProtocolMethod[] {
  loaded ??= parseProtocol();
  return loaded;
}

function parseProtocol(): readonly ProtocolMethod[] {
  const root = new protobuf.Root();
  // Imports are relative to the proto folder itself, not to the importing file.
  root.resolvePath = (_origin, target) => (target.startsWith(PROTO_FOLDER) ? target : PROTO_FOLDER + target);
  const files = readdirSync(PROTO_FOLDER).filter((file) => file.endsWith('.proto'));
  root.loadSync(files.sort()).resolveAll();
  return collectServices(root).flatMap(listMethods);
}

function collectServices(scope: protobuf.NamespaceBase): protobuf.Service[] {
  return scope.nestedArray.flatMap((nested) => {
    if (nested instanceof protobuf.Service) return [nested];
    return nested instanceof protobuf.Namespace ? collectServices(nested) : [];
  });
}

function listMethods(service: protobuf.Service): ProtocolMethod[] {
  const fullName = service.fullName.slice(1);
  return service.methodsArray.map((method) => {
    method.resolve();
    const { resolvedRequestType: requestType, resolvedResponseType: responseType } = method;
    if (!requestType || !responseType) throw new Error(`${fullName}/${method.name}: unresolved message type`);
    return { name: `${fullName}/${method.name}`, service: fullName, method: method.name, requestType, responseType };
  });
}
