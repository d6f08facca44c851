import type { Mistake } from '../documents/read-document.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import type { Registry } from '../registry/descriptors.ts';
import { compileRpcPattern, type RpcPattern } from '../rpc-table/rpc-pattern.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';

import { mistakeAt, type PolicyFile, type ResourceEntry, type RuleEntry } from './policy-file.ts';
import { includesLevel } from './principal.ts';
import { resolvePath } from './resources.ts';

/** What a policy is held against. */
export interface PolicyGround {
  readonly registry: Registry;
  /** Every RPC, with the level and the grant that it asks for by this policy. */
  readonly rpcs: readonly RpcFacts[];
  /** Every grant that something asks for. */
  readonly grants: readonly string[];
}

/**
 * Finds what a policy names and is not there, and rules that bind nobody. Such a rule looks like protection and is none, so it
 * is told before anybody relies on it.
 */
export function checkPolicy(
  { rights, rules, resources, changes }: PolicyFile,
  ground: PolicyGround,
): readonly Mistake[] {
  const { rpcs, grants } = ground;
  return [
    ...rights.flatMap(({ path, grants: named }) =>
      named
        .filter((grant) => grant !== '*' && !grants.includes(grant))
        .map((grant) => mistakeAt(path, `no RPC asks for the grant "${grant}"${didYouMean(grant, grants)}`)),
    ),
    ...rules.flatMap((rule) => checkRule(rule, rpcs)),
    ...changes
      .map((change) => ({ ...change, isMeant: meant([change.pattern]) }))
      .filter((change) => rpcs.every(({ method }) => !change.isMeant(method)))
      .map(({ path, pattern }) => mistakeAt(path, `"${pattern}" matches no RPC of the loaded protos`)),
    ...resources.flatMap((entry) =>
      checkResource(entry, ground.registry, resources).map((problem) => mistakeAt(entry.path, problem)),
    ),
  ];
}

/** Whether any of some patterns means a method; no pattern means every method. */
export function meant(words: readonly string[]): RpcPattern {
  const patterns = words.flatMap((word) => compileRpcPattern(word) ?? []);
  return (method) => patterns.length === 0 || patterns.some((pattern) => pattern(method));
}

function checkRule({ path, rpcs: words, level, unless }: RuleEntry, rpcs: readonly RpcFacts[]): readonly Mistake[] {
  const isAsked = (rpc: RpcFacts) => level === undefined || rpc.level === level;
  const problems = words.flatMap((word) => {
    const isMeant = meant([word]);
    const matched = rpcs.filter(({ method }) => isMeant(method));
    if (matched.length === 0) return [mistakeAt([...path, 'rpcs'], `"${word}" matches no RPC of the loaded protos`)];
    if (matched.some(isAsked)) return [];
    const asked = [...new Set(matched.map((rpc) => rpc.level ?? 'nothing yet'))].join(' or ');
    return [
      mistakeAt(
        [...path, 'rpcs'],
        `"${word}" binds nothing: it asks for ${asked}, and the rule is about the level ${level}`,
      ),
    ];
  });
  if (problems.length > 0) return problems;
  const isMeant = meant(words);
  const levels = rpcs.filter((rpc) => isAsked(rpc) && isMeant(rpc.method)).flatMap((rpc) => rpc.level ?? []);
  const bound = levels.filter((each) => each !== 'never');
  if (bound.length === 0) {
    const why = level === undefined ? 'nobody may call these RPCs' : `no RPC asks for the level ${level}`;
    return [mistakeAt(path, `binds nothing: ${why}`)];
  }
  // Whoever may call an RPC has its level, and with it the levels below.
  if (unless === undefined || !bound.every((each) => includesLevel(each, unless))) return [];
  return [
    mistakeAt(
      [...path, 'unless'],
      `"${unless}" exempts everybody: whoever may call these RPCs has that level. Name a level above it, or leave "unless" out`,
    ),
  ];
}

function checkResource(
  { type, read, where }: ResourceEntry,
  { messages, methods }: Registry,
  resources: readonly ResourceEntry[],
): readonly string[] {
  if (!messages.has(type)) return [`there is no message "${type}"${didYouMean(type, messages.keys())}`];
  const method = methods.get(read);
  if (method === undefined) return [`there is no RPC "${read}"${didYouMean(read, methods.keys())}`];
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
