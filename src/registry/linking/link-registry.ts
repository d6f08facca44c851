import type { EnumDescriptor, MessageDescriptor, Registry, ServiceDescriptor } from '../descriptors.ts';
import { definesOptions, type ProtoFile } from '../proto-file.ts';
import { RegistryError, type RegistryProblem } from '../registry-error.ts';

import { checkProtoFile } from './check-proto-file.ts';
import { type DeclaredType, declareTypes, type Draft, isWellKnown, packagePrefix } from './declare-types.ts';
import { type Linking, linkMessage } from './link-message.ts';
import { linkServices } from './link-services.ts';
import { createTypeResolver } from './resolve-type.ts';
import { createReach, neededBy, type Unsupported } from './unsupported.ts';

/**
 * Turns files into the registry: names become links, everything is checked, sorted by full name and frozen. The only place
 * where this happens, so every source yields the same registry.
 *
 * Types that come with protobuf are included when something else needs them, and without their comments,
 * because which of them come along, and how they are documented, depends on the source.
 *
 * What cuegate cannot read or write (groups, extensions, types that a compiled source left out) is a problem only where an
 * RPC needs it. Elsewhere it is passed over, and the message says so.
 *
 * @param earlier Problems that the source found already; they are thrown together with those found here.
 * @param whyMissing Why a compiled file may lack what it imports, for the end of a sentence about this import
 * @throws {RegistryError} with every problem of every file
 */
export function linkRegistry(
  files: readonly ProtoFile[],
  earlier: readonly RegistryProblem[] = [],
  whyMissing?: (path: string) => string,
): Registry {
  const problems = [...earlier, ...files.flatMap(checkProtoFile)];
  const unsupported: Unsupported[] = [];
  const report: Linking['report'] = (file, line, message) => void problems.push({ file: file.name, line, message });
  const types = declareTypes(files, report);
  const resolve = createTypeResolver(new Map(files.map((file) => [file.name, file])), types, whyMissing);
  const linking: Linking = { resolve, report, pass: (found) => void unsupported.push(found) };

  const messages = [...types.values()].filter((type) => type.kind === 'message');
  for (const message of messages) linkMessage(message, linking);
  passExtensions(files, linking);
  const services = linkServices(files, types, linking);
  sortOut(
    unsupported,
    messages.map(({ descriptor }) => descriptor),
    services,
    linking,
  );
  if (problems.length > 0) throw new RegistryError(problems);

  for (const { descriptor } of messages) Object.freeze(descriptor);
  const needed = selectNeeded([...types.values()], services);
  const byName = services.toSorted(byFullName);
  const methods = byName.flatMap((service) => service.methods).toSorted(byFullName);
  return Object.freeze({
    services: Object.freeze(byName),
    methods: freezeMap(methods),
    messages: freezeMap([...needed].filter((type) => type.kind === 'message').toSorted(byFullName)),
    anyTypes: freezeMap(
      messages
        .filter(
          ({ file, descriptor }) =>
            descriptor.unsupported === undefined && (needed.has(descriptor) || isWellKnown(file)),
        )
        .map(({ descriptor }) => descriptor)
        .toSorted(byFullName),
    ),
    enums: freezeMap([...needed].filter((type) => type.kind === 'enum').toSorted(byFullName)),
    files: () => files,
  });
}

/** Finds the messages that are extended. To extend those of protobuf itself is to define an option, which changes nothing. */
function passExtensions(files: readonly ProtoFile[], { resolve, report, pass }: Linking): void {
  for (const file of files) {
    for (const { extendee, scope, line } of file.extensions) {
      const { found, reason } = resolve(extendee, packagePrefix(file) + scope, file);
      if (found?.kind === 'message') {
        if (isWellKnown(found.file)) continue;
        const what = `message ${found.fullName} is extended here; extensions are not supported, except those that define options`;
        pass({ message: found.descriptor, file, line, what });
      } else if (!file.compiled && !definesOptions(extendee) && reason !== undefined) {
        report(file, line, `unknown message "${extendee}" is extended here; ${reason}`);
      }
    }
  }
}

/** Reports what an RPC needs, and marks the messages that none does. */
function sortOut(
  unsupported: readonly Unsupported[],
  messages: readonly Draft<MessageDescriptor>[],
  services: readonly ServiceDescriptor[],
  { report }: Linking,
): void {
  if (unsupported.length === 0) return;
  const reach = createReach(messages, services);
  const reasons = new Map<MessageDescriptor, string>();
  for (const { message, file, line, what } of unsupported) {
    const { messages: holders, methods } = reach(message);
    if (methods.length > 0) report(file, line, `${what}; ${neededBy(methods)}`);
    for (const holder of holders) if (!reasons.has(holder)) reasons.set(holder, what);
  }
  for (const message of messages) message.unsupported = reasons.get(message);
}

/** All types outside of `google.protobuf`, and what they and the methods refer to. */
function selectNeeded(types: readonly DeclaredType[], services: readonly ServiceDescriptor[]) {
  const needed = new Set<MessageDescriptor | EnumDescriptor>();
  const need = (type: MessageDescriptor | EnumDescriptor): void => {
    if (needed.has(type)) return;
    needed.add(type);
    if (type.kind === 'enum') return;
    for (const field of type.fields) {
      if (field.type.kind === 'message') need(field.type.message);
      else if (field.type.kind === 'enum') need(field.type.enum);
    }
  };
  for (const { file, descriptor } of types) if (!isWellKnown(file)) need(descriptor);
  for (const service of services) {
    for (const { input, output } of service.methods) {
      need(input);
      need(output);
    }
  }
  return needed;
}

function byFullName(a: { fullName: string }, b: { fullName: string }): number {
  return a.fullName < b.fullName ? -1 : a.fullName > b.fullName ? 1 : 0;
}

/** `Object.freeze` alone leaves the entries of a map writable. */
function freezeMap<T extends { readonly fullName: string }>(values: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map(values.map((value) => [value.fullName, value]));
  const refuse = (): never => {
    throw new TypeError('the registry is frozen');
  };
  return Object.freeze(Object.assign(map, { set: refuse, delete: refuse, clear: refuse }));
}
