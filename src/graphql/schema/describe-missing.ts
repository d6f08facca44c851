import type { MethodDescriptor } from '../../registry/descriptors.ts';

import { toCamelCase } from './graphql-name.ts';

/**
 * The sentence for an object that an RPC did not find, when the upstream has none worth showing:
 * "No host matches the arguments of host.HostInterface/Lock." An RPC that finds something within something else names both,
 * since either may be missing: "No show or filter …" for `ShowInterface/FindFilter`.
 */
export function describeMissing(method: MethodDescriptor): string {
  const nouns = new Set([entityOf(method)]);
  const sought = /^(?:Find|Get)([A-Z]\w*?)$/.exec(method.name)?.[1];
  // A list of things is empty when there are none, it is not missing.
  if (sought !== undefined && !sought.endsWith('s')) nouns.add(toWords(sought));
  return `No ${[...nouns].join(' or ')} matches the arguments of ${method.fullName}.`;
}

/** What an RPC acts on: the message that its request carries, else what its service is named after. */
function entityOf({ input, service }: MethodDescriptor): string {
  const carried = input.fields.find(
    ({ type, name }) => type.kind === 'message' && toWords(type.message.name) === toWords(name),
  );
  return toWords(carried?.name ?? service.name.replace(/(?<=.)Interface$/, ''));
}

/** `RenderPartition` and `render_partition` → `render partition`. */
function toWords(name: string): string {
  return toCamelCase(name).replace(/[A-Z]+/g, (letters) => ` ${letters.toLowerCase()}`);
}
