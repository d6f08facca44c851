import type { Decision, DecisionReason } from '../call/decision.ts';
import type { PermissionLevel } from '../rpc-table/permission-level.ts';

import type { Principal } from './principal.ts';
import type { Resource } from './resources.ts';

/** A rule about what a call acts on, for callers who have the level. */
export interface ResourceRule {
  /** As it is called in the policy's file. */
  readonly name: string;
  /** `owner`: only the owner's own. `shows`: only of the caller's shows. */
  readonly only: 'owner' | 'shows';
  /** Whoever has this level is not bound; undefined: everybody is. */
  readonly unless: PermissionLevel | undefined;
}

/** What the policy asks of the callers of one RPC, compiled at boot. */
export interface PolicyFacts {
  /** `<package>.<Service>/<Method>` */
  readonly rpc: string;
  /** Undefined: nobody has decided, so nobody may. */
  readonly level: PermissionLevel | undefined;
  /** On top of the level; undefined: none. */
  readonly grant: string | undefined;
  /** What to ask an administrator for: a scope where one gives the level, else its name in words; undefined when nothing helps. */
  readonly levelNeeded: Needed | undefined;
  /** The same for the grant; undefined when it asks for none. */
  readonly grantNeeded: Needed | undefined;
  readonly rules: readonly ResourceRule[];
}

/** How a right is asked for. */
export interface Needed {
  /** For people: `cue:operate`, or `the level "operate"` where no scope gives it. */
  readonly text: string;
  /** For machines; undefined when no scope gives it. */
  readonly scope: string | undefined;
}

/**
 * May this caller do this? The one place where that is decided, for every surface; it looks at nothing but its arguments.
 * Whatever is not known to be allowed is refused. Without a resource, a call that is bound to one is refused with
 * RESOURCE_NEEDED: look it up, and ask again.
 */
export function decide(principal: Principal, facts: PolicyFacts, resource?: Resource): Decision {
  const { rpc, level, grant, grantNeeded } = facts;
  if (level === undefined) {
    return refuse('RPC_UNDECIDED', 'no level', `Nobody may call ${rpc}: it has not been decided who should.`);
  }
  if (level === 'never') return refuse('RPC_NEVER', 'level never', `Nobody may call ${rpc} through this gateway.`);
  const levelFrom = principal.levels.get(level);
  if (levelFrom === undefined) {
    const message = `You need ${needsOf(facts)?.join(' and ')} to call ${rpc}; ${principal.holds}.`;
    return refuse('SCOPE_MISSING', `level ${level}`, message, scopesOf(facts));
  }
  const grantFrom = grant === undefined ? undefined : (principal.grants.get(grant) ?? principal.grants.get('*'));
  if (grant !== undefined && grantFrom === undefined) {
    const message = `You also need ${grantNeeded?.text} to call ${rpc}; ${principal.holds}.`;
    return refuse('GRANT_MISSING', `grant ${grant}`, message, scopesOf(facts));
  }
  for (const rule of facts.rules) {
    if (isExempt(principal, rule)) continue;
    const refusal = applyRule(rule, principal, facts, resource);
    if (refusal !== undefined) return refusal;
  }
  return allow(grantFrom === undefined || grantFrom === levelFrom ? levelFrom : `${levelFrom}, ${grantFrom}`);
}

/** All scopes that the call takes, not just the missing ones: what RFC 6750, 3 asks for. */
function scopesOf({ levelNeeded, grantNeeded }: PolicyFacts): string | undefined {
  const scopes = [levelNeeded, grantNeeded].flatMap((needed) => needed?.scope ?? []);
  return scopes.length === 0 ? undefined : scopes.join(' ');
}

function isExempt({ isUnrestricted, levels }: Principal, { unless }: ResourceRule): boolean {
  return isUnrestricted || (unless !== undefined && levels.has(unless));
}

/** Undefined: the rule has nothing against it. */
function applyRule(
  { name, only }: ResourceRule,
  { subject, shows }: Principal,
  { rpc }: PolicyFacts,
  resource: Resource | undefined,
): Decision | undefined {
  const rule = `rule ${name}`;
  if (resource === undefined) {
    return refuse('RESOURCE_NEEDED', rule, `Whether you may call ${rpc} depends on what it acts on.`);
  }
  const bound = only === 'owner' ? 'on what is yours' : 'on what belongs to your shows';
  if (resource.kind === 'unknown') {
    return refuse('RESOURCE_UNKNOWN', rule, `You may call ${rpc} only ${bound}. ${resource.why}`);
  }
  if (only === 'owner' && resource.owner !== subject) {
    return refuse('NOT_OWNER', rule, `You may call ${rpc} only ${bound}; this belongs to somebody else.`);
  }
  if (only === 'shows' && !shows.has(resource.show) && !shows.has('*')) {
    return refuse('SHOW_NOT_ALLOWED', rule, `You may call ${rpc} only ${bound}; this belongs to another show.`);
  }
  return undefined;
}

function allow(rule: string): Decision {
  return { allow: true, reason: 'ALLOWED', rule, message: '', missingScope: undefined };
}

function refuse(reason: DecisionReason, rule: string, message: string, missingScope?: string): Decision {
  return { allow: false, reason, rule, message, missingScope };
}

/** All that callers of an RPC need, in words: `cue:submit`, `cue:grant:launch`. Undefined: nobody may call it. */
export function needsOf({ levelNeeded, grantNeeded }: PolicyFacts): readonly string[] | undefined {
  if (levelNeeded === undefined) return undefined;
  return grantNeeded === undefined ? [levelNeeded.text] : [levelNeeded.text, grantNeeded.text];
}
