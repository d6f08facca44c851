import type { MethodDescriptor } from '../registry/descriptors.ts';

/** How a pattern is written. */
export const rpcPattern = /(?:[\w.*]+)(?:\/(?:[\w*]+)(?:\((?:\w+)\))?)?/;

/** Tells whether a method is meant. */
export type RpcPattern = (method: MethodDescriptor) => boolean;

/**
 * Compiles `<service>/<method>` or `<service>/<method>(<field>)`, where `*` stands for any run of characters within its
 * half. With a field, only methods whose request carries a message in a field of that name are meant: an entity, not its name. A pattern without a slash
 * means every method of the services that it matches.
 *
 * @returns undefined when the text is no pattern.
 */
export function compileRpcPattern(text: string): RpcPattern | undefined {
  const match = /^([\w.*]+)(?:\/([\w*]+)(?:\((\w+)\))?)?$/.exec(text);
  if (match === null) return undefined;
  const [, service = '', methodName = '*', field] = match;
  const servicePattern = compileWildcards(service);
  const methodPattern = compileWildcards(methodName);
  return (method) =>
    servicePattern.test(method.service.fullName) &&
    methodPattern.test(method.name) &&
    (field === undefined || method.input.fields.some(({ name, type }) => name === field && type.kind === 'message'));
}

/** `job.*` → a regular expression that matches whole names. */
export function compileWildcards(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
