import { nearestName } from '../errors/did-you-mean.ts';
import type { Registry } from '../registry/descriptors.ts';
import { compileRpcPattern } from '../rpc-table/rpc-pattern.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';

import { resolvePath } from './compile-resources.ts';
import type { PolicyDocument, ResourceEntry } from './read-policy.ts';

/**
 * Everything that a policy names and that is not there, as sentences that begin with their lines. A rule that matches
 * nothing protects nothing, so a slip of the pen has to be told before anybody relies on it.
 */
export function findStrangers(
  { rights, rules, resources, changes }: PolicyDocument,
  registry: Registry,
  rows: readonly RpcFacts[],
  grants: readonly string[],
): readonly string[] {
  return [
    ...rights.flatMap(({ line, grants: named }) =>
      named
        .filter((grant) => grant !== '*' && !grants.includes(grant))
        .map((grant) => `line ${line}: no RPC asks for the grant "${grant}"${didYouMean(grant, grants)}`),
    ),
    ...rules.flatMap(({ name, line, rpcs }) =>
      rpcs
        .split(' ')
        .filter((text) => text !== '')
        .flatMap((text) => strangerOf(text, rows).map((problem) => `line ${line}: "${text}" of "${name}" ${problem}`)),
    ),
    ...changes
      .filter(({ pattern }) => !rows.some(({ method }) => pattern(method)))
      .map(({ line, key }) => `line ${line}: "${key}" matches no RPC of the loaded protos`),
    ...resources.flatMap((entry) =>
      resourceStrangers(entry, registry, resources).map((problem) => `line ${entry.line}: ${problem}`),
    ),
  ];
}

function strangerOf(text: string, rows: readonly RpcFacts[]): readonly string[] {
  const pattern = compileRpcPattern(text);
  if (pattern === undefined) return ['is no pattern; expected <service>/<method>, e.g. job.JobInterface/Kill*'];
  return rows.some(({ method }) => pattern(method)) ? [] : ['matches no RPC of the loaded protos'];
}

function resourceStrangers(
  { type, read, where }: ResourceEntry,
  { messages, methods }: Registry,
  resources: readonly ResourceEntry[],
): readonly string[] {
  if (!messages.has(type)) return [`there is no message "${type}"${didYouMean(type, [...messages.keys()])}`];
  const method = methods.get(read);
  if (method === undefined) return [`there is no RPC "${read}"${didYouMean(read, [...methods.keys()])}`];
  const problems: string[] = [];
  if (method.input.fields.every(({ name }) => name !== 'id')) problems.push(`${read} does not take an "id"`);
  for (const path of 'at' in where ? [where.at] : [where.owner, where.show]) {
    if (resolvePath(path, method.output) === undefined) problems.push(`${read} answers no text at "${path}"`);
  }
  if ('through' in where && !resources.some((other) => other.type === where.through && other.type !== type)) {
    problems.push(`"through" names no other resource of this file; found "${where.through}"`);
  }
  return problems;
}

function didYouMean(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}
