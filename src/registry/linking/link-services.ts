import type { MessageDescriptor, MethodDescriptor, ServiceDescriptor } from '../descriptors.ts';
import type { ProtoFile, ProtoMethod, ProtoService } from '../proto-file.ts';

import { declaredTwice, describe, packagePrefix } from './declare-types.ts';
import type { Linking } from './link-message.ts';
import type { Declared } from './resolve-type.ts';

/** The services of all files. `types` is what their names may clash with. */
export function linkServices(
  files: readonly ProtoFile[],
  types: ReadonlyMap<string, Declared>,
  linking: Linking,
): ServiceDescriptor[] {
  const declared = new Map<string, Declared>(types);
  const services: ServiceDescriptor[] = [];
  for (const file of files) {
    for (const proto of file.services) {
      const fullName = packagePrefix(file) + proto.name;
      const first = declared.get(fullName);
      if (first !== undefined) linking.report(file, proto.line, `service ${declaredTwice(fullName, first)}`);
      declared.set(fullName, { fullName, file, line: proto.line });
      services.push(linkService(proto, fullName, file, linking));
    }
  }
  return services;
}

function linkService(proto: ProtoService, fullName: string, file: ProtoFile, linking: Linking): ServiceDescriptor {
  const methods: MethodDescriptor[] = [];
  const { name } = proto;
  const service: ServiceDescriptor = {
    kind: 'service',
    name,
    fullName,
    package: file.package,
    methods,
    ...describe(proto, file),
  };
  for (const method of proto.methods) {
    const input = linkMethodType(method, 'input', service, file, linking);
    const output = linkMethodType(method, 'output', service, file, linking);
    if (input === undefined || output === undefined) continue;
    const { name, clientStreaming, serverStreaming, idempotency } = method;
    methods.push(
      Object.freeze({
        kind: 'method',
        name,
        fullName: `${fullName}/${name}`,
        service,
        input,
        output,
        clientStreaming,
        serverStreaming,
        idempotency,
        ...describe(method, file),
      }),
    );
  }
  Object.freeze(methods);
  return Object.freeze(service);
}

function linkMethodType(
  method: ProtoMethod,
  side: 'input' | 'output',
  service: ServiceDescriptor,
  file: ProtoFile,
  linking: Linking,
): MessageDescriptor | undefined {
  const resolved = linking.resolve(method[side], service.fullName, file);
  const where = `of the ${side === 'input' ? 'request' : 'response'} of method ${service.fullName}/${method.name}`;
  if (resolved.found?.kind === 'message') return resolved.found.descriptor;
  if (resolved.found === undefined) {
    if (resolved.reason === undefined) return undefined;
    linking.report(file, method.line, `unknown type "${method[side]}" ${where}; ${resolved.reason}`);
  } else linking.report(file, method.line, `type "${method[side]}" ${where} is an enum, expected a message`);
  return undefined;
}
