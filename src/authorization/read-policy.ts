import { type PermissionLevel, permissionLevels } from '../rpc-table/permission-level.ts';
import {
  readGrants,
  readLevels,
  readTableDocument,
  type Row,
  type SettingCheck,
  type TableDocument,
  type TableEntry,
} from '../rpc-table/table-document.ts';

/** Where a policy comes from. */
export interface PolicySource {
  readonly text: string;
  /** For error messages. */
  readonly fileName: string;
}

/** What the file says about one scope, role or group. */
export interface RightsEntry {
  /** `scope`, `role` or `group`. */
  readonly kind: HolderKind;
  /** As it stands in the file; may end with `*`. */
  readonly name: string;
  readonly levels: readonly PermissionLevel[];
  /** Names; `*` for all, or for what the name's own star matched. */
  readonly grants: readonly string[];
  readonly shows: readonly string[];
  readonly line: number;
}

/** What can be worth rights. */
export type HolderKind = 'scope' | 'role' | 'group';

/** What the file says about one rule. */
export interface RuleEntry {
  readonly name: string;
  /** Patterns over RPCs, separated by spaces; empty: all RPCs. */
  readonly rpcs: string;
  /** Undefined: whatever the level. */
  readonly level: PermissionLevel | undefined;
  readonly only: 'owner' | 'shows';
  readonly unless: PermissionLevel | undefined;
  readonly line: number;
}

/** What the file says about one message type. */
export interface ResourceEntry {
  /** The message's full name. */
  readonly type: string;
  /** The RPC that reads it by `id`. */
  readonly read: string;
  /** Paths into the RPC's answer, or a type and the path to its id. */
  readonly where: { readonly owner: string; readonly show: string } | { readonly through: string; readonly at: string };
  readonly line: number;
}

/** A policy's file, read but not yet held against the RPCs. */
export interface PolicyDocument {
  readonly rights: readonly RightsEntry[];
  readonly rules: readonly RuleEntry[];
  readonly resources: readonly ResourceEntry[];
  /** What RPCs ask for, where it is something else than the RPC table says. */
  readonly changes: readonly Row[];
  /** What is wrong, each with its line. */
  readonly problems: readonly string[];
  readonly sections: ReadonlySet<string>;
}

const sections = ['scopes', 'roles', 'groups', 'rules', 'resources', 'levels', 'grants'] as const;

/** Reads a policy's text; `schema/policy.yaml` explains its form. Never throws: what is wrong is gathered. */
export function readPolicy(text: string): PolicyDocument {
  const document = readTableDocument(text, sections);
  return {
    rights: [
      ...readRights(document, 'scopes', 'scope'),
      ...readRights(document, 'roles', 'role'),
      ...readRights(document, 'groups', 'group'),
    ],
    rules: document.entriesOf('rules').flatMap((entry) => readRule(document, entry)),
    resources: document.entriesOf('resources').flatMap((entry) => readResource(document, entry)),
    changes: [...readLevels(document), ...readGrants(document)],
    problems: document.problems,
    sections: new Set(sections.filter((name) => document.has(name))),
  };
}

/** `scopes: { NAME: WORDS }` */
function readRights(document: TableDocument, section: string, kind: HolderKind): readonly RightsEntry[] {
  return document.entriesOf(section).map((entry) => {
    const levels: PermissionLevel[] = [];
    const grants: string[] = [];
    const shows: string[] = [];
    const { key: name, line } = entry;
    for (const word of document.textOf(entry).split(' ')) {
      const level = assignableLevels.find((known) => known === word);
      const [, noun, value = ''] = /^(grant|show):(\S+)$/.exec(word) ?? [];
      if (level !== undefined) levels.push(level);
      else if (noun === 'grant') grants.push(value);
      else if (noun === 'show') shows.push(value);
      else {
        const known = `${assignableLevels.join(', ')}, grant:NAME, show:NAME`;
        document.problems.push(
          `line ${line}: "${word}" is nothing that the ${kind} ${name} can be worth; there are: ${known}`,
        );
      }
    }
    if (kind === 'scope' && !scopeToken.test(name)) {
      document.problems.push(`line ${line}: "${name}" is no scope; a scope has no spaces, quotes or backslashes`);
    }
    if (/\*./.test(name)) {
      document.problems.push(`line ${line}: "${name}" has a "*" that is not at its end`);
    }
    return { kind, name, levels, grants, shows, line };
  });
}

/** `scope-token` of RFC 6749, 3.3 (https://www.rfc-editor.org/rfc/rfc6749#section-3.3): it also stands in headers. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const assignableLevels = permissionLevels.filter((level) => level !== 'never');

const isLevel: SettingCheck = (text) =>
  assignableLevels.some((level) => level === text) ? undefined : `must be one of ${assignableLevels.join(', ')}`;
const isSaid: SettingCheck = (text) => (text === '' ? 'must say something' : undefined);
const isOnly: SettingCheck = (text) =>
  text === 'owner' || text === 'shows' ? undefined : 'must be "owner" or "shows"';

const ruleSettings = { rpcs: isSaid, level: isLevel, only: isOnly, unless: isLevel, why: isSaid } as const;

/** `rules: { NAME: { rpcs, level, only, unless, why } }` */
function readRule(document: TableDocument, entry: TableEntry): readonly RuleEntry[] {
  const { key: name, line } = entry;
  const { rpcs, level, only, unless, why } = document.settingsOf(entry, ruleSettings);
  if (rpcs === undefined && level === undefined) {
    document.problems.push(`line ${line}: "${name}" does not say which RPCs it is about; add "rpcs" or "level"`);
  }
  if (only === undefined) {
    document.problems.push(`line ${line}: "${name}" does not say what it allows; add "only: owner" or "only: shows"`);
  }
  if (why === undefined) document.problems.push(`line ${line}: "${name}" gives no reason; add "why"`);
  return [
    {
      name,
      rpcs: rpcs ?? '',
      level: level as PermissionLevel | undefined,
      only: (only ?? 'owner') as RuleEntry['only'],
      unless: unless as PermissionLevel | undefined,
      line,
    },
  ];
}

const resourceSettings = { read: isSaid, owner: isSaid, show: isSaid, through: isSaid, at: isSaid } as const;

/** `resources: { TYPE: { read, owner, show } | { read, through, at } }` */
function readResource(document: TableDocument, entry: TableEntry): readonly ResourceEntry[] {
  const { key: type, line } = entry;
  const { read, owner, show, through, at } = document.settingsOf(entry, resourceSettings);
  if (read !== undefined && owner !== undefined && show !== undefined) {
    return [{ type, read, where: { owner, show }, line }];
  }
  if (read !== undefined && through !== undefined && at !== undefined) {
    return [{ type, read, where: { through, at }, line }];
  }
  document.problems.push(`line ${line}: "${type}" needs "read", and with it "owner" and "show" or "through" and "at"`);
  return [];
}
