import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decide, type PolicyFacts, type ResourceRule } from '../../src/authorization/decide.ts';
import type { Principal } from '../../src/authorization/principal.ts';
import type { Resource } from '../../src/authorization/resources.ts';
import { type PermissionLevel, permissionLevels } from '../../src/rpc-table/permission-level.ts';

const ann: Principal = {
  subject: 'ann',
  levels: new Map<PermissionLevel, string>([
    ['read', 'scope cue:read'],
    ['operate', 'scope cue:operate'],
  ]),
  grants: new Map(),
  shows: new Set(['dragon']),
  isUnrestricted: false,
  holds: 'your token has cue:operate',
};

const kill: PolicyFacts = {
  rpc: 'job.JobInterface/Kill',
  level: 'operate',
  grant: undefined,
  levelNeeded: { text: 'cue:operate', scope: 'cue:operate' },
  grantNeeded: undefined,
  rules: [],
};

const launch: PolicyFacts = {
  ...kill,
  rpc: 'job.JobInterface/LaunchSpec',
  level: 'submit',
  grant: 'launch',
  levelNeeded: { text: 'cue:submit', scope: 'cue:submit' },
  grantNeeded: { text: 'cue:grant:launch', scope: 'cue:grant:launch' },
};

const ownJobs: ResourceRule = { name: 'own-jobs', only: 'owner', unless: 'wrangle' };
const ownShows: ResourceRule = { name: 'own-shows', only: 'shows', unless: undefined };
const has = (...levels: readonly PermissionLevel[]) => new Map(levels.map((level) => [level, `scope cue:${level}`]));
const jobOf = (owner: string, show = 'dragon'): Resource => ({ kind: 'found', owner, show });

describe('decide()', () => {
  it('allows what the level covers, and says by what', () => {
    expect(decide(ann, kill)).toEqual({
      allow: true,
      reason: 'ALLOWED',
      rule: 'scope cue:operate',
      message: '',
      missingScope: undefined,
    });
  });

  it.each<
    [what: string, principal: Partial<Principal>, facts: PolicyFacts, resource: Resource | undefined, expected: object]
  >([
    [
      'without the level',
      { levels: has('read'), holds: 'your token has cue:read' },
      kill,
      undefined,
      {
        reason: 'SCOPE_MISSING',
        rule: 'level operate',
        message: 'You need cue:operate to call job.JobInterface/Kill; your token has cue:read.',
        missingScope: 'cue:operate',
      },
    ],
    [
      'without level and grant',
      {},
      launch,
      undefined,
      {
        reason: 'SCOPE_MISSING',
        rule: 'level submit',
        message:
          'You need cue:submit and cue:grant:launch to call job.JobInterface/LaunchSpec; your token has cue:operate.',
        missingScope: 'cue:submit cue:grant:launch',
      },
    ],
    [
      'with the level and without the grant',
      { levels: has('submit'), holds: 'your token has cue:submit' },
      launch,
      undefined,
      {
        reason: 'GRANT_MISSING',
        rule: 'grant launch',
        message: 'You also need cue:grant:launch to call job.JobInterface/LaunchSpec; your token has cue:submit.',
        missingScope: 'cue:submit cue:grant:launch',
      },
    ],
    [
      'with another grant',
      { levels: has('submit'), grants: new Map([['unbook', 'scope cue:grant:unbook']]) },
      launch,
      undefined,
      { reason: 'GRANT_MISSING' },
    ],
    [
      'when no scope would help',
      {},
      { ...kill, level: 'admin', levelNeeded: { text: 'the level admin', scope: undefined } },
      undefined,
      {
        reason: 'SCOPE_MISSING',
        message: 'You need the level admin to call job.JobInterface/Kill; your token has cue:operate.',
        missingScope: undefined,
      },
    ],
    [
      'nobody has decided about',
      {},
      { ...kill, level: undefined, levelNeeded: undefined },
      undefined,
      {
        reason: 'RPC_UNDECIDED',
        rule: 'no level',
        message: 'Nobody may call job.JobInterface/Kill: it has not been decided who should.',
      },
    ],
    [
      'for nobody',
      {},
      { ...kill, level: 'never', levelNeeded: undefined },
      undefined,
      {
        reason: 'RPC_NEVER',
        rule: 'level never',
        message: 'Nobody may call job.JobInterface/Kill through this gateway.',
      },
    ],
    [
      'before it is known what it acts on',
      {},
      { ...kill, rules: [ownJobs] },
      undefined,
      {
        reason: 'RESOURCE_NEEDED',
        rule: 'rule own-jobs',
        message: 'Whether you may call job.JobInterface/Kill depends on what it acts on.',
      },
    ],
    [
      "somebody else's job",
      {},
      { ...kill, rules: [ownJobs] },
      jobOf('bob'),
      {
        reason: 'NOT_OWNER',
        rule: 'rule own-jobs',
        message: 'You may call job.JobInterface/Kill only on what is yours; this belongs to somebody else.',
      },
    ],
    [
      'a job that cannot be looked up',
      {},
      { ...kill, rules: [ownJobs] },
      { kind: 'unknown', why: 'Whose it is cannot be looked up.' },
      {
        reason: 'RESOURCE_UNKNOWN',
        message: 'You may call job.JobInterface/Kill only on what is yours. Whose it is cannot be looked up.',
      },
    ],
    [
      'a job of another show',
      {},
      { ...kill, rules: [ownShows] },
      jobOf('ann', 'swan'),
      {
        reason: 'SHOW_NOT_ALLOWED',
        rule: 'rule own-shows',
        message: 'You may call job.JobInterface/Kill only on what belongs to your shows; this belongs to another show.',
      },
    ],
    ['one of two rules', {}, { ...kill, rules: [ownShows, ownJobs] }, jobOf('bob'), { reason: 'NOT_OWNER' }],
  ])('refuses %s', (_, principal, facts, resource, expected) => {
    expect(decide({ ...ann, ...principal }, facts, resource)).toMatchObject({ allow: false, ...expected });
  });

  it.each<[what: string, principal: Partial<Principal>, facts: PolicyFacts, resource: Resource | undefined]>([
    ['the owner', {}, { ...kill, rules: [ownJobs] }, jobOf('ann')],
    ['who belongs to the show', {}, { ...kill, rules: [ownShows] }, jobOf('bob')],
    ['somebody who has all shows', { shows: new Set(['*']) }, { ...kill, rules: [ownShows] }, jobOf('bob', 'swan')],
    [
      'somebody who is exempt by their level, unasked',
      { levels: has('operate', 'wrangle') },
      { ...kill, rules: [ownJobs] },
      undefined,
    ],
    [
      'somebody who is unrestricted, unasked',
      { isUnrestricted: true },
      { ...kill, rules: [ownJobs, ownShows] },
      undefined,
    ],
    [
      'somebody who has every grant',
      { levels: has('submit'), grants: new Map([['*', 'scope all']]) },
      launch,
      undefined,
    ],
  ])('allows %s', (_, principal, facts, resource) => {
    expect(decide({ ...ann, ...principal }, facts, resource).allow).toBe(true);
  });

  it('names both sources when level and grant come from two', () => {
    const grants = new Map([['launch', 'group submitters']]);
    expect(decide({ ...ann, levels: has('submit'), grants }, launch).rule).toBe('scope cue:submit, group submitters');
  });

  it('never allows without the level and the grant, whatever else is true', () => {
    const names = ['launch', 'unbook'] as const;
    const level = fc.constantFrom(...permissionLevels);
    fc.assert(
      fc.property(
        fc.uniqueArray(level),
        fc.uniqueArray(fc.constantFrom(...names)),
        fc.option(level, { nil: undefined }),
        fc.option(fc.constantFrom(...names), { nil: undefined }),
        fc.boolean(),
        fc.option(fc.constantFrom(jobOf('ann'), jobOf('bob')), { nil: undefined }),
        (levels, grants, asked, grant, isUnrestricted, resource) => {
          const principal = {
            ...ann,
            levels: has(...levels),
            grants: new Map(grants.map((name) => [name, name])),
            isUnrestricted,
          };
          const { allow } = decide(principal, { ...kill, level: asked, grant, rules: [ownJobs] }, resource);
          const hasRights =
            asked !== undefined &&
            asked !== 'never' &&
            levels.includes(asked) &&
            (grant === undefined || grants.includes(grant));
          const isBound = !isUnrestricted && !levels.includes('wrangle');
          expect(allow).toBe(hasRights && (!isBound || (resource?.kind === 'found' && resource.owner === 'ann')));
        },
      ),
      { numRuns: 500 },
    );
  });
});
