import type { Identity } from '../call/identity.ts';
import type { PermissionLevel } from '../rpc-table/permission-level.ts';

import { rolesOf } from '../authentication/claims.ts';
import type { HolderKind, RightsEntry } from './policy-file.ts';

/** An identity, and what the policy makes of it: everything that a decision asks about a caller. */
export interface Principal {
  readonly subject: string;
  /** Every level that they have, the included ones too, with what gave it to them, e.g. `scope cue:operate`. */
  readonly levels: ReadonlyMap<PermissionLevel, string>;
  /** Every grant that they have, with what gave it to them; `*`: all of them. */
  readonly grants: ReadonlyMap<string, string>;
  /** Their shows; `*`: all of them. */
  readonly shows: ReadonlySet<string>;
  /** Whether no rule about what a call acts on binds them: nobody was asked who they are, or the shared secret opens everything. */
  readonly isUnrestricted: boolean;
  /** What they have, as the end of a sentence: `your token has cue:read`. */
  readonly holds: string;
}

/** What a token signed with the shared secret has when it carries no scopes: everything but `never`, nothing, or a level. */
export type SecretLevel = 'everything' | 'none' | Exclude<PermissionLevel, 'never'>;

/** The levels that come with a level. */
const included: Readonly<Record<Exclude<PermissionLevel, 'never'>, readonly PermissionLevel[]>> = {
  read: ['read'],
  operate: ['read', 'operate'],
  wrangle: ['read', 'operate', 'wrangle'],
  submit: ['submit'],
  admin: ['read', 'operate', 'wrangle', 'admin'],
};

/** Whether whoever has the one level has the other, too. */
export function includesLevel(level: PermissionLevel, other: PermissionLevel): boolean {
  return level !== 'never' && included[level].includes(other);
}

/**
 * Compiles what the policy makes of an identity. Identities live as long as their tokens are remembered, and so does the
 * answer, so that a known caller costs one look into a map.
 */
export function compilePrincipals(
  entries: readonly RightsEntry[],
  secretLevel: SecretLevel,
): (identity: Identity) => Principal {
  const rightsOf = compileHolders(entries);
  const known = new WeakMap<Identity, Principal>();
  return (identity) => {
    let principal = known.get(identity);
    if (principal === undefined) {
      principal = derivePrincipal(identity, rightsOf, secretLevel);
      known.set(identity, principal);
    }
    return principal;
  };
}

/** What one thing that a token says is worth; the names of `*` filled in. */
type RightsOf = (kind: HolderKind, name: string) => readonly Pick<RightsEntry, 'levels' | 'grants' | 'shows'>[];

function compileHolders(entries: readonly RightsEntry[]): RightsOf {
  const exact = new Map<string, RightsEntry[]>();
  const open: { readonly entry: RightsEntry; readonly prefix: string }[] = [];
  for (const entry of entries) {
    if (entry.name.endsWith('*')) open.push({ entry, prefix: entry.name.slice(0, -1) });
    else exact.set(keyOf(entry.kind, entry.name), [...(exact.get(keyOf(entry.kind, entry.name)) ?? []), entry]);
  }
  return (kind, name) => {
    const matched = open.filter(({ entry, prefix }) => entry.kind === kind && name.startsWith(prefix));
    return [
      ...(exact.get(keyOf(kind, name)) ?? []),
      ...matched.map(({ entry, prefix }) => fillStar(entry, name.slice(prefix.length))),
    ];
  };
}

function keyOf(kind: HolderKind, name: string): string {
  return `${kind} ${name}`;
}

/** A scope `cue:grant:*`, asked for literally, must not become every grant. */
function fillStar({ levels, grants, shows }: RightsEntry, matched: string) {
  const fill = (names: readonly string[]) =>
    names.flatMap((name) => (name !== '*' ? [name] : matched === '' || matched === '*' ? [] : [matched]));
  return { levels, grants: fill(grants), shows: fill(shows) };
}

function derivePrincipal(identity: Identity, rightsOf: RightsOf, secretLevel: SecretLevel): Principal {
  const { subject, method, scopes, groups, claims } = identity;
  const isByDefault = method === 'hmac' && scopes === undefined;
  const everything = method === 'none' ? 'AUTH=none' : isByDefault ? `JWT_SECRET_LEVEL=${secretLevel}` : '';
  const levels = new Map<PermissionLevel, string>();
  const grants = new Map<string, string>();
  const shows = new Set<string>();
  const isUnrestricted = method === 'none' || (isByDefault && secretLevel === 'everything');
  if (isUnrestricted) {
    for (const level of ['read', 'operate', 'wrangle', 'submit', 'admin'] as const) levels.set(level, everything);
    grants.set('*', everything);
    shows.add('*');
  } else if (isByDefault && secretLevel !== 'none' && secretLevel !== 'everything') {
    for (const level of included[secretLevel]) levels.set(level, everything);
  }
  const holders = [
    ...(scopes ?? []).map((name) => ['scope', name] as const),
    ...rolesOf(claims).map((name) => ['role', name] as const),
    ...groups.map((name) => ['group', name] as const),
  ];
  const worthSomething: string[] = [];
  for (const [kind, name] of holders) {
    const rights = rightsOf(kind, name);
    if (rights.length > 0) worthSomething.push(kind === 'scope' ? name : `the ${kind} ${name}`);
    const from = keyOf(kind, name);
    for (const right of rights) {
      // What was there first stays: of several sources the records name the same one each time.
      for (const level of right.levels) {
        for (const each of included[level as keyof typeof included]) if (!levels.has(each)) levels.set(each, from);
      }
      for (const grant of right.grants) if (!grants.has(grant)) grants.set(grant, from);
      for (const show of right.shows) shows.add(show);
    }
  }
  const holds = describeHoldings(worthSomething, isByDefault ? secretLevel : undefined);
  return Object.freeze({ subject, levels, grants, shows, isUnrestricted, holds });
}

/** A token may name hundreds of groups; an error message may not. */
const maxNamed = 10;

function describeHoldings(names: readonly string[], secretLevel: SecretLevel | undefined): string {
  const byDefault = secretLevel === undefined || secretLevel === 'none' ? [] : [`the level ${secretLevel}`];
  const all = [...byDefault, ...names];
  if (all.length === 0) return 'your token has nothing that counts here';
  const named = all.slice(0, maxNamed).join(', ');
  return `your token has ${named}${all.length > maxNamed ? `, and ${all.length - maxNamed} more` : ''}`;
}
