import type { Identity } from '../call/identity.ts';
import type { SourceText } from '../documents/read-document.ts';
import type { MethodDescriptor, Registry } from '../registry/descriptors.ts';
import type { PermissionLevel } from '../rpc-table/permission-level.ts';
import type { RpcFacts } from '../rpc-table/rpc-facts.ts';
import type { RpcTable } from '../rpc-table/rpc-table.ts';

import { checkPolicy, meant } from './check-policy.ts';
import type { Needed, PolicyFacts } from './decide.ts';
import {
  type PolicyFile,
  type ResourceEntry,
  readPolicyFile,
  type RightsEntry,
  type RuleEntry,
} from './policy-file.ts';
import { compilePrincipals, includesLevel, type Principal, type SecretLevel } from './principal.ts';
import { compilePeers, type IdentityOfPeer } from './peers.ts';
import { compileResources, type ResourceReader } from './resources.ts';

/** A policy that fits the RPCs it is about: everything that `decide` asks for, looked up. */
export interface Policy {
  readonly principalOf: (identity: Identity) => Principal;
  /** The scopes that give rights, patterns among them. */
  readonly scopes: readonly string[];
  readonly factsOf: (method: MethodDescriptor) => PolicyFacts;
  /** Whether somebody has a grant, for those who ask for one beyond what RPCs ask for. */
  readonly hasGrant: (identity: Identity, grant: string) => boolean;
  /** Who calls by gRPC without showing anything. */
  readonly identityOfPeer: IdentityOfPeer;
  /** How to find out whose the thing is that a call acts on, for the methods where one can. */
  readonly readers: ReadonlyMap<MethodDescriptor, ResourceReader>;
}

/** What a policy is compiled from. */
export interface PolicyOptions {
  readonly registry: Registry;
  readonly table: RpcTable;
  /** Ours, complete. */
  readonly standard: SourceText;
  /** The site's; a section that it has replaces the one of `standard`. */
  readonly own: SourceText | undefined;
  /** What tokens of the shared secret have when they carry no scopes. */
  readonly secretLevel: SecretLevel;
  /** Whether RPCs and types that are named must exist: not when the gateway serves other protos than OpenCue's. */
  readonly mustMatch: boolean;
}

/**
 * Reads a policy and holds it against the RPCs. Throws a UserError: a DocumentError with every mistake of a file, or a
 * PolicyError for a file that says nothing.
 */
export function compilePolicy(options: PolicyOptions): Policy {
  const { registry, table, standard, own, secretLevel } = options;
  const ours = readPolicyFile(standard);
  const site = own === undefined ? undefined : readPolicyFile(own);
  const rpcs = decideLevels(table.rows, [ours, site]);
  const ground = { registry, rpcs, grants: knownGrants(rpcs) };
  // Where the gateway serves other protos, only the form of our file counts: they know nothing of what it names.
  if (options.mustMatch) ours.throwIfWrong(checkPolicy(ours, ground));
  site?.throwIfWrong(checkPolicy(site, ground));

  const from = (section: Parameters<PolicyFile['has']>[0]) => (site?.has(section) ? site : ours);
  const rights = (['scope', 'role', 'group'] as const).flatMap((kind) =>
    from(`${kind}s`).rights.filter((entry) => entry.kind === kind),
  );
  const facts = compileFacts(rpcs, rights, from('rules').rules);
  const principalOf = compilePrincipals(rights, secretLevel);
  return Object.freeze({
    principalOf,
    scopes: Object.freeze(rights.filter(({ kind }) => kind === 'scope').map(({ name }) => name)),
    hasGrant: (identity: Identity, grant: string) => {
      const { grants } = principalOf(identity);
      return grants.has(grant) || grants.has('*');
    },
    factsOf: (method: MethodDescriptor) => {
      const found = facts.get(method);
      if (found === undefined) throw new Error(`${method.fullName} is not of this policy's registry`);
      return found;
    },
    identityOfPeer: compilePeers({
      networks: from('networks').peers.networks,
      certificates: from('certificates').peers.certificates,
    }),
    readers: compileResources(known(from('resources').resources, registry), registry),
  });
}

/**
 * What each RPC asks for: by the RPC table, changed by the policy. Where neither has a word about any RPC, the protos are
 * not OpenCue's; their reads are reads and their writes an administrator's, or the gateway would be of no use with them.
 */
function decideLevels(rows: readonly RpcFacts[], files: readonly (PolicyFile | undefined)[]): readonly RpcFacts[] {
  const changes = files.flatMap((file) => file?.changes ?? []);
  const isMeant = changes.map(({ pattern }) => meant([pattern]));
  const decided = rows.map((row) => {
    const changed = changes.filter((_, index) => isMeant[index]!(row.method)).map(({ change }) => change);
    return Object.assign({ ...row }, ...changed) as RpcFacts;
  });
  if (decided.some(({ level }) => level !== undefined)) return decided;
  return decided.map((row) => ({ ...row, level: row.kind === 'read' ? 'read' : 'admin' }));
}

/** Those that RPCs ask for, and those that request validation does. */
function knownGrants(rows: readonly RpcFacts[]): readonly string[] {
  const ofRows = rows.flatMap(({ grant }) => grant ?? []);
  const ofValidations = rows.flatMap(({ validations }) =>
    validations.flatMap((validation) => (validation.kind === 'job-spec' ? [validation.grant] : [])),
  );
  return [...new Set([...ofRows, ...ofValidations])];
}

function compileFacts(
  rows: readonly RpcFacts[],
  rights: readonly RightsEntry[],
  entries: readonly RuleEntry[],
): ReadonlyMap<MethodDescriptor, PolicyFacts> {
  const neededFor = compileNeeds(rights);
  const rules = entries.map((rule) => ({ ...rule, isMeant: meant(rule.rpcs) }));
  const factsOf = ({ method, level, grant }: RpcFacts): PolicyFacts => ({
    rpc: method.fullName,
    level,
    grant,
    levelNeeded: level === undefined || level === 'never' ? undefined : neededFor.level(level),
    grantNeeded: grant === undefined ? undefined : neededFor.grant(grant),
    rules: rules
      .filter((rule) => (rule.level === undefined || rule.level === level) && rule.isMeant(method))
      .map(({ name, only, unless }) => Object.freeze({ name, only, unless })),
  });
  return new Map(rows.map((row) => [row.method, Object.freeze(factsOf(row))]));
}

/** Those about loaded types; other protos than OpenCue's know nothing of OpenCue's. */
function known(resources: readonly ResourceEntry[], { messages, methods }: Registry): readonly ResourceEntry[] {
  return resources.filter(({ type, read }) => messages.has(type) && methods.has(read));
}

interface Needs {
  readonly level: (level: PermissionLevel) => Needed;
  readonly grant: (grant: string) => Needed;
}

/** What to ask for to get a right: the scope that gives just this; else one that gives more; else its name. */
function compileNeeds(rights: readonly RightsEntry[]): Needs {
  const scopes = rights.filter(({ kind }) => kind === 'scope');
  const asScope = (scope: string | undefined, otherwise: string): Needed =>
    Object.freeze({ text: scope ?? otherwise, scope });
  return {
    level: (level) => {
      const exact = scopes.find(({ name, levels }) => levels.includes(level) && !name.endsWith('*'));
      const wider = scopes.find(
        ({ name, levels }) => levels.some((each) => includesLevel(each, level)) && !name.endsWith('*'),
      );
      return asScope((exact ?? wider)?.name, `the level ${level}`);
    },
    grant: (grant) => {
      const exact = scopes.find(({ name, grants }) => grants.includes(grant) && !name.endsWith('*'));
      const open = scopes.find(({ name, grants }) => grants.includes('*') && name.endsWith('*'));
      const wider = scopes.find(({ name, grants }) => grants.includes('*') && !name.endsWith('*'));
      return asScope(exact?.name ?? open?.name.replace(/\*$/, grant) ?? wider?.name, `the grant ${grant}`);
    },
  };
}
