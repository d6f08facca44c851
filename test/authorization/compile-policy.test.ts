import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { compilePolicy, type PolicyOptions } from '../../src/authorization/compile-policy.ts';
import { decide, needsOf } from '../../src/authorization/decide.ts';
import { PolicyError } from '../../src/authorization/policy-file.ts';
import type { SecretLevel } from '../../src/authorization/principal.ts';
import { DocumentError } from '../../src/documents/read-document.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';
import type { Identity } from '../../src/call/identity.ts';
import { compileRpcTable } from '../../src/rpc-table/rpc-table.ts';
import { identityOf } from '../authentication/identity.ts';

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const registry = loadProtoFiles([new URL('../../proto', import.meta.url).pathname]);
const table = compileRpcTable(registry, { text: textOf('schema/rpcs.yaml'), fileName: 'rpcs.yaml', mustMatch: true });
const standard = { text: textOf('schema/policy.yaml'), fileName: 'schema/policy.yaml' };

const compile = (own?: string, more: Partial<PolicyOptions> = {}) =>
  compilePolicy({
    registry,
    table,
    standard,
    own: own === undefined ? undefined : { text: own, fileName: 'site.yaml' },
    secretLevel: 'everything',
    mustMatch: true,
    ...more,
  });

/** The names of what an identity has: levels, grants and shows. */
function rightsOf(identity: Identity, own?: string, secretLevel: SecretLevel = 'none') {
  const { levels, grants, shows } = compile(own, { secretLevel }).principalOf(identity);
  return [
    ...levels.keys(),
    ...[...grants.keys()].map((name) => `grant:${name}`),
    ...[...shows].map((name) => `show:${name}`),
  ];
}

const bearer = (...scopes: readonly string[]) => identityOf('ann', { method: 'hmac', scopes });
const everything = ['read', 'operate', 'wrangle', 'submit', 'admin', 'grant:*', 'show:*'];

describe('the policy that cuegate brings along', () => {
  it.each<[scope: string, rights: readonly string[]]>([
    ['cue:read', ['read']],
    ['cue:operate', ['read', 'operate']],
    ['cue:wrangle', ['read', 'operate', 'wrangle']],
    ['cue:submit', ['submit']],
    ['cue:admin', ['read', 'operate', 'wrangle', 'admin']],
    ['cue:grant:launch', ['grant:launch']],
    ['cue:show:dragon', ['show:dragon']],
    ['cue:grant:*', []],
    ['cue:grant:', []],
    ['cue:everything', []],
    ['read', []],
    ['CUE:READ', []],
    ['', []],
  ])('takes the scope "%s" for %j', (scope, rights) => {
    expect(rightsOf(bearer(scope))).toEqual(rights);
  });

  it('adds scopes up', () => {
    expect(rightsOf(bearer('cue:submit', 'cue:read', 'cue:grant:launch'))).toEqual(['submit', 'read', 'grant:launch']);
  });

  it.each<[secretLevel: SecretLevel, rights: readonly string[]]>([
    ['everything', everything],
    ['wrangle', ['read', 'operate', 'wrangle']],
    ['submit', ['submit']],
    ['none', []],
  ])('gives tokens of the shared secret without scopes what JWT_SECRET_LEVEL=%s says', (secretLevel, rights) => {
    expect(rightsOf(identityOf('ann', { method: 'hmac' }), undefined, secretLevel)).toEqual(rights);
  });

  it('gives tokens of the shared secret with scopes these and no more', () => {
    expect(rightsOf(bearer('cue:read'), undefined, 'everything')).toEqual(['read']);
    expect(rightsOf(bearer(), undefined, 'everything')).toEqual([]);
    expect(rightsOf(bearer('openid'), undefined, 'everything')).toEqual([]);
  });

  it('lets everybody do everything when nobody is asked', () => {
    expect(rightsOf(identityOf('anonymous'))).toEqual(everything);
  });

  it('has no use for roles and groups, whatever they are called', () => {
    const claims = { roles: ['admin', 'cue:admin'] };
    expect(rightsOf(identityOf('ann', { method: 'hmac', scopes: [], groups: ['admin', 'cue:admin'], claims }))).toEqual(
      [],
    );
  });

  it('knows for every RPC what to ask for, or that nobody may', () => {
    const policy = compile();
    const asked = table.rows.map(({ method }) => needsOf(policy.factsOf(method))?.join(' and '));
    expect(new Set(asked)).toEqual(
      new Set([
        undefined,
        'cue:read',
        'cue:operate',
        'cue:wrangle',
        'cue:admin',
        'cue:submit and cue:grant:launch',
        'cue:operate and cue:grant:local-booking',
        'cue:wrangle and cue:grant:host-control',
        'cue:wrangle and cue:grant:unbook',
        'cue:admin and cue:grant:show-control',
        'cue:admin and cue:grant:farm-layout',
        'cue:admin and cue:grant:run-filters',
        'cue:admin and cue:grant:services',
      ]),
    );
  });

  it('can look up whose the thing is for every RPC that is keyed by a job or a layer, and no other', () => {
    const { readers } = compile();
    const services = new Set([...readers.keys()].map(({ service }) => service.fullName));
    expect([...services].sort()).toEqual(['job.JobInterface', 'job.LayerInterface']);
    for (const [method, { field }] of readers) {
      expect([method.fullName, field.name]).toEqual([
        method.fullName,
        method.service.name === 'JobInterface' ? 'job' : 'layer',
      ]);
    }
  });
});

describe('compilePolicy()', () => {
  it('takes a section that the own file lacks from the standard one', () => {
    const own = 'groups:\n  wranglers: wrangle grant:unbook show:dragon\n';
    const ann = identityOf('ann', { method: 'hmac', scopes: ['cue:read'], groups: ['wranglers'] });
    expect(rightsOf(ann, own)).toEqual(['read', 'operate', 'wrangle', 'grant:unbook', 'show:dragon']);
  });

  it('replaces a section that the own file has', () => {
    const own = 'scopes:\n  farm.use: operate\n';
    expect(rightsOf(bearer('cue:admin', 'farm.use'), own)).toEqual(['read', 'operate']);
  });

  it.each<[what: string, claims: Identity['claims']]>([
    ['a list', { roles: ['operator', 7, null] }],
    ['words', { role: 'guest operator' }],
    ["Keycloak's realm", { realm_access: { roles: ['operator'] } }],
  ])('reads roles from %s', (_, claims) => {
    expect(rightsOf(identityOf('ann', { method: 'hmac', scopes: [], claims }), 'roles: { operator: operate }')).toEqual(
      ['read', 'operate'],
    );
  });

  it.each<[what: string, claims: Identity['claims']]>([
    ['null', { roles: null, role: null, realm_access: null }],
    ['objects', { roles: { 0: 'operator' }, role: { toString: 'operator' }, realm_access: 'operator' }],
    ['numbers', { roles: 1, role: 2, realm_access: { roles: 3 } }],
  ])('finds no roles in %s', (_, claims) => {
    expect(rightsOf(identityOf('ann', { method: 'hmac', scopes: [], claims }), 'roles: { operator: operate }')).toEqual(
      [],
    );
  });

  it('fills the star of a name in', () => {
    const own = 'groups:\n  crew-*: operate show:*\n  all-shows: show:dragon\n';
    const ann = identityOf('ann', { method: 'hmac', scopes: [], groups: ['crew-swan', 'all-shows', 'crew-'] });
    expect(rightsOf(ann, own)).toEqual(['read', 'operate', 'show:swan', 'show:dragon']);
  });

  it('says in refusals what counts of a token, and not all of it', () => {
    const groups = Array.from({ length: 12 }, (_, index) => `crew-${index}`);
    const policy = compile('groups:\n  crew-*: show:*\n', { secretLevel: 'read' });
    const holdsOf = (identity: Identity) => policy.principalOf(identity).holds;
    expect(holdsOf(identityOf('ann', { method: 'hmac' }))).toBe('your token has the level read');
    expect(holdsOf(bearer('openid'))).toBe('your token has nothing that counts here');
    expect(holdsOf(bearer('openid', 'cue:read'))).toBe('your token has cue:read');
    expect(holdsOf(identityOf('ann', { method: 'hmac', scopes: ['cue:read'], groups }))).toBe(
      'your token has cue:read, the group crew-0, the group crew-1, the group crew-2, the group crew-3, ' +
        'the group crew-4, the group crew-5, the group crew-6, the group crew-7, the group crew-8, and 3 more',
    );
  });

  it('lets a site ask for more', () => {
    const policy = compile(
      'levels:\n  job.JobInterface:\n    wrangle: Kill*\ngrants:\n  stop:\n    job.JobInterface: Kill\n',
    );
    const kill = registry.methods.get('job.JobInterface/Kill')!;
    expect(policy.factsOf(kill)).toMatchObject({ level: 'wrangle', grant: 'stop' });
    expect(decide(policy.principalOf(bearer('cue:wrangle')), policy.factsOf(kill)).message).toBe(
      'You also need cue:grant:stop to call job.JobInterface/Kill; your token has cue:wrangle.',
    );
  });

  it('asks for the wider scope where none gives just the level, and for the level where none gives it', () => {
    const policy = compile('scopes:\n  farm: wrangle\n');
    const needs = (rpc: string) => needsOf(policy.factsOf(registry.methods.get(rpc)!))?.join(' and ');
    expect(needs('job.JobInterface/GetJobs')).toBe('farm');
    expect(needs('show.ShowInterface/Delete')).toBe('the level admin and the grant show-control');
  });

  it('binds the RPCs that a rule means', () => {
    const policy = compile(
      'rules:\n  own:\n    rpcs: job.JobInterface/* job.LayerInterface/Kill*\n    level: operate\n    only: owner\n    why: so\n',
    );
    const rulesOf = (rpc: string) => policy.factsOf(registry.methods.get(rpc)!).rules.map(({ name }) => name);
    expect(rulesOf('job.JobInterface/Kill')).toEqual(['own']);
    expect(rulesOf('job.LayerInterface/KillFrames')).toEqual(['own']);
    expect(rulesOf('job.LayerInterface/EatFrames')).toEqual([]);
    expect(rulesOf('job.JobInterface/GetJob')).toEqual([]);
  });

  it('serves other protos: reads to readers, writes to administrators', () => {
    const other = loadProtoFiles([new URL('../graphql/bookshop/catalog.proto', import.meta.url).pathname]);
    const empty = compileRpcTable(other, { text: textOf('schema/rpcs.yaml'), fileName: 'rpcs.yaml', mustMatch: false });
    const policy = compile(undefined, { registry: other, table: empty, mustMatch: false });
    const levels = empty.rows.map(({ method, kind }) => [kind, policy.factsOf(method).level]);
    expect(levels.length).toBeGreaterThan(3);
    for (const [kind, level] of levels) expect(level).toBe(kind === 'read' ? 'read' : 'admin');
  });

  it('refuses an RPC of our protos that nobody has decided about, to administrators too', () => {
    const rows = table.rows.map((row) => (row.method.name === 'Kill' ? { ...row, level: undefined } : row));
    const policy = compile(undefined, { table: { ...table, rows } });
    const kill = policy.factsOf(registry.methods.get('job.JobInterface/Kill')!);
    expect(decide(policy.principalOf(identityOf('anonymous')), kill)).toMatchObject({
      allow: false,
      reason: 'RPC_UNDECIDED',
    });
  });

  it('tells methods of another registry from its own', () => {
    const other = loadProtoFiles([new URL('../../proto', import.meta.url).pathname]);
    const kill = other.methods.get('job.JobInterface/Kill')!;
    expect(() => compile().factsOf(kill)).toThrow("job.JobInterface/Kill is not of this policy's registry");
  });

  it.each<[own: string, problem: string]>([
    ['scope:\n  a: read\n', 'line 1, column 1: scope: is not known here; did you mean "scopes"?'],
    ['scopes:\n  a: reads\n', 'line 2, column 3: scopes.a: is "reads"; "reads" is no right; did you mean "read"?'],
    [
      'groups:\n  a: never\n',
      'line 2, column 3: groups.a: is "never"; "never" is no right; there are: read, operate, wrangle, submit, admin, grant:NAME, show:NAME',
    ],
    ['roles:\n  a*b: read\n', 'line 2, column 3: roles."a*b": is "a*b"; a "*" may stand at its end only'],
    [
      'scopes:\n  "a b": read\n',
      'line 2, column 3: scopes."a b": is "a b"; a scope has no spaces, quotes or backslashes, and a "*" at its end only',
    ],
    [
      'groups:\n  a: grant:unbok\n',
      'line 2, column 3: groups.a: no RPC asks for the grant "unbok"; did you mean "unbook"?',
    ],
    [
      'rules:\n  own:\n    only: owner\n    why: so\n',
      'line 2, column 3: rules.own: does not say which RPCs it is about; add "rpcs" or "level"',
    ],
    [
      'rules:\n  own:\n    level: operate\n    why: so\n',
      'line 2, column 3: rules.own.only: is missing; expected "only"',
    ],
    [
      'rules:\n  own:\n    level: operate\n    only: owner\n',
      'line 2, column 3: rules.own.why: is missing; expected "why"',
    ],
    [
      'rules:\n  own:\n    rpcs: jobs.*\n    only: owner\n    why: so\n',
      'line 3, column 5: rules.own.rpcs: "jobs.*" matches no RPC of the loaded protos',
    ],
    [
      'rules:\n  own:\n    rpcs: job/Kill/x\n    only: owner\n    why: so\n',
      'line 3, column 5: rules.own.rpcs: is "job/Kill/x"; "job/Kill/x" is no pattern; expected <service>/<method>, e.g. job.JobInterface/Kill*',
    ],
    [
      'resources:\n  job.Job:\n    read: job.JobInterface/GetJob\n    owner: job.user\n',
      'line 2, column 3: resources."job.Job": needs "owner" and "show", or "through" and "at", beside "read"',
    ],
    [
      'resources:\n  job.Jobb:\n    read: job.JobInterface/GetJob\n    owner: job.user\n    show: job.show\n',
      'line 2, column 3: resources."job.Jobb": there is no message "job.Jobb"; did you mean "job.Job"?',
    ],
    [
      'resources:\n  job.Job:\n    read: job.JobInterface/GetJobb\n    owner: job.user\n    show: job.show\n',
      'line 2, column 3: resources."job.Job": there is no RPC "job.JobInterface/GetJobb"; did you mean "job.JobInterface/GetJob"?',
    ],
    [
      'resources:\n  job.Job:\n    read: job.JobInterface/GetJob\n    owner: job.owner\n    show: job.show\n',
      'line 2, column 3: resources."job.Job": job.JobInterface/GetJob answers no text at "job.owner"',
    ],
    [
      'resources:\n  job.Layer:\n    read: job.LayerInterface/GetLayer\n    through: job.Job\n    at: layer.parent_id\n',
      'line 2, column 3: resources."job.Layer": "through" names no other resource of this file; found "job.Job"',
    ],
    [
      'levels:\n  job.JobInterface:\n    operate: Kil\n',
      'line 3, column 5: levels."job.JobInterface".operate: "job.JobInterface/Kil" matches no RPC of the loaded protos',
    ],
    [
      'rules:\n  own:\n    rpcs: job.JobInterface/Kill\n    level: wrangle\n    only: owner\n    why: so\n',
      'line 3, column 5: rules.own.rpcs: "job.JobInterface/Kill" binds nothing: it asks for operate, and the rule is about the level wrangle',
    ],
    [
      'rules:\n  own:\n    rpcs: job.JobInterface/Kill job.JobInterface/GetJob\n    level: operate\n    only: owner\n    why: so\n',
      'line 3, column 5: rules.own.rpcs: "job.JobInterface/GetJob" binds nothing: it asks for read, and the rule is about the level operate',
    ],
    [
      'rules:\n  own:\n    rpcs: rqd.*\n    only: owner\n    why: so\n',
      'line 2, column 3: rules.own: binds nothing: nobody may call these RPCs',
    ],
    [
      'rules:\n  own:\n    level: operate\n    only: owner\n    unless: read\n    why: so\n',
      'line 5, column 5: rules.own.unless: "read" exempts everybody: whoever may call these RPCs has that level. Name a level above it, or leave "unless" out',
    ],
    [
      'rules:\n  own:\n    rpcs: rqd.* job.JobInterface/Kill\n    only: owner\n    unless: operate\n    why: so\n',
      'line 5, column 5: rules.own.unless: "operate" exempts everybody: whoever may call these RPCs has that level. Name a level above it, or leave "unless" out',
    ],
    [
      'rules:\n  own:\n    rpcs: job.JobInterface/Kill\n    only: owner\n    unless: operate\n    why: so\n',
      'line 5, column 5: rules.own.unless: "operate" exempts everybody: whoever may call these RPCs has that level. Name a level above it, or leave "unless" out',
    ],
  ])('refuses %j', (own, problem) => {
    let found: unknown;
    try {
      compile(own);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(DocumentError);
    expect((found as Error).message).toBe(`site.yaml has a mistake:\n  - ${problem}`);
  });

  it.each(['unless: wrangle', 'unless: admin', 'unless: submit'])('takes a rule that binds somebody: %s', (unless) => {
    const own = `rules:\n  own:\n    level: operate\n    only: owner\n    ${unless}\n    why: so\n`;
    expect(() => compile(own)).not.toThrow();
  });

  it('takes a rule of several levels that exempts those who may call some of its RPCs', () => {
    const own = 'rules:\n  own:\n    rpcs: job.JobInterface/*\n    only: owner\n    unless: operate\n    why: so\n';
    expect(() => compile(own)).not.toThrow();
  });

  it.each<[what: string, own: string, problem: string]>([
    ['empty', '', "site.yaml is empty, so the site's rules would be gone"],
    ['of comments alone', '# rules: see below\n', "site.yaml is empty, so the site's rules would be gone"],
    ['of NULs alone', '\0'.repeat(100), 'site.yaml holds NUL characters'],
    ['whose end is NULs', 'rules: {}\n\0\0\0', 'site.yaml holds NUL characters'],
  ])('refuses a file %s: the site named it for the rules in it', (_, own, problem) => {
    expect(() => compile(own)).toThrow(PolicyError);
    expect(() => compile(own)).toThrow(problem);
  });

  it('takes a section that is there and empty for an empty one', () => {
    expect(rightsOf(bearer('cue:admin'), 'scopes:\n')).toEqual([]);
  });

  it('names all mistakes of a file together, each by its line and column', () => {
    const own = 'scopes:\n  a: reads\n  b: {}\ngroups: {}\ngroops: {}\n';
    expect(() => compile(own)).toThrow(
      'site.yaml has 3 mistakes:\n' +
        '  - line 2, column 3: scopes.a: is "reads"; "reads" is no right; did you mean "read"?\n' +
        '  - line 3, column 3: scopes.b: is Object; expected string\n' +
        '  - line 5, column 1: groops: is not known here; did you mean "groups"?',
    );
  });
});
